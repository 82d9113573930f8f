import { describe, expect, it } from 'vitest';
import { copyPoint } from '../../test/repository/copying.ts';
import { crashStates } from '../../test/repository/crash-states.ts';
import { RecordingStore } from '../../test/repository/recording-store.ts';
import {
  anItem,
  anObject,
  aRepository,
  collected,
  opened,
  owned,
  someBytes,
  type TestRepository,
} from '../../test/repository/test-repository.ts';
import type { TestStore } from '../../test/repository/test-store.ts';
import { utf8 } from './bytes.ts';
import { checkRepository } from './check/check-repository.ts';
import { type ConsolidationLimits, standardLimits } from './consolidation/choose-packs.ts';
import { eraseObjects } from './erase/erase-objects.ts';
import { maintainRepository } from './maintenance/maintain-repository.ts';

type Contents = Readonly<Record<string, Uint8Array>>;

const shared: Readonly<Record<string, Contents>> = {
  s1: {
    small: utf8('small'),
    medium: someBytes('medium', 150_000),
    large: someBytes('large', 1_200_000),
  },
  s2: { small: utf8('changed'), large: someBytes('large', 1_200_000), extra: utf8('extra') },
};
const objectIds = ['mailbox-1', 'mailbox-2'];

/** Small ones that no other object has, and enough of them for a pack of their own. */
const own: Readonly<Record<string, Contents>> = Object.fromEntries(
  objectIds.map((objectId) => {
    const itemIds = Array.from({ length: 24 }, (_, at) => `own-${at}`);
    return [
      objectId,
      Object.fromEntries(itemIds.map((id) => [id, someBytes(objectId + id, 50_000)])),
    ];
  }),
);

/** What a point shows of an object. */
function contentsOf(pointId: string, objectId: string): Contents {
  return { ...shared[pointId.replace('copy-', '')], ...own[objectId] };
}

async function backUp(stored: TestRepository, sessionId: 's1' | 's2'): Promise<void> {
  const repository = await owned(stored);
  if (
    repository.restorePoints('job').some((point) => point.pointId === sessionId && point.complete)
  )
    return;
  const session = await repository.beginSession({ jobId: 'job', sessionId, attempt: 1 });
  await Promise.all(
    objectIds.map(async (objectId) => {
      if (session.committedObjects.has(objectId)) return;
      const before = sessionId === 's1' ? {} : contentsOf('s1', objectId);
      const after = contentsOf(sessionId, objectId);
      const writer = await session.object(anObject(objectId));
      for (const [itemId, content] of Object.entries(after)) {
        if (before[itemId] !== content) await writer.putItem(anItem(itemId), content);
      }
      for (const itemId of Object.keys(before)) {
        if (!(itemId in after)) await writer.removeItem(itemId);
      }
      await writer.finish({ syncState: utf8('token'), mode: 'full', counts: {} });
      await session.commit({ done: false });
    }),
  );
  await session.commit({ done: true });
}

const dayMs = 86_400_000;

/** With the grace in between: what a run moves the next one condemns, and the third one sweeps. */
async function maintain(
  stored: TestRepository,
  keepLast: number,
  limits: ConsolidationLimits,
): Promise<void> {
  for (const sessionId of ['m1', 'm2', 'm3']) {
    const { context } = await owned(stored);
    await maintainRepository(context, {
      sessionId,
      policyOf: () => ({ policy: { type: 'snapshot', keepLast }, isAbandoned: false }),
      limits,
    });
    stored.store.advance(8 * dayMs);
  }
}

async function erase(stored: TestRepository): Promise<void> {
  await eraseObjects((await owned(stored)).context, { objects: ['mailbox-1'] });
}

interface Scenario {
  readonly name: string;
  readonly base: () => Promise<TestRepository>;
  /** May be run again after it was interrupted, and then ends. */
  readonly run: (stored: TestRepository) => Promise<unknown>;
  /** What some of its writes begin with: without them it is not what it is called. */
  readonly writes: readonly string[];
  /** Points at the end. */
  readonly points: readonly string[];
  readonly erases?: string;
}

async function backedUp(...sessions: readonly ('s1' | 's2')[]): Promise<TestRepository> {
  const stored = await aRepository();
  for (const session of sessions) await backUp(stored, session);
  return stored;
}

/** With what a session stored that was ended before its commit. */
async function withGarbage(stored: TestRepository): Promise<TestRepository> {
  const repository = await owned(stored);
  const session = await repository.beginSession({ jobId: 'other', sessionId: 'o1', attempt: 1 });
  const writer = await session.object(anObject('mailbox-1'));
  for (const [itemId, content] of Object.entries(contentsOf('s1', 'mailbox-1'))) {
    await writer.putItem(
      anItem(itemId),
      Uint8Array.from(content, (byte) => byte ^ 1),
    );
  }
  await writer.finish({ syncState: utf8('token'), mode: 'full', counts: {} });
  await session.close();
  return stored;
}

const source = backedUp('s1');

const scenarios: readonly Scenario[] = [
  {
    name: 'a full backup',
    base: () => aRepository(),
    run: (stored) => backUp(stored, 's1'),
    writes: ['put packs/', 'put meta/', 'put log/'],
    points: ['s1'],
  },
  {
    name: 'an incremental backup',
    base: () => backedUp('s1'),
    run: (stored) => backUp(stored, 's2'),
    writes: ['put packs/', 'put meta/', 'put log/'],
    points: ['s1', 's2'],
  },
  {
    name: 'a copy',
    base: () => aRepository('target'),
    run: async (to) => {
      const isCopied = (await opened(to)).restorePoints('copy').some(({ complete }) => complete);
      if (!isCopied)
        await copyPoint({ from: await source, to, pointId: 's1', storageClass: 'hot' });
    },
    writes: ['put keys/', 'put packs/', 'put meta/', 'put log/'],
    points: ['copy-s1'],
  },
  {
    name: 'retention and garbage',
    base: async () => withGarbage(await backedUp('s1', 's2')),
    run: (stored) => maintain(stored, 1, standardLimits),
    writes: ['delete packs/'],
    points: ['s2'],
  },
  {
    name: 'consolidation',
    base: () => backedUp('s1', 's2'),
    run: (stored) => maintain(stored, 2, { ...standardLimits, smallPacksMin: 2 }),
    writes: ['put packs/', 'delete packs/'],
    points: ['s1', 's2'],
  },
  {
    name: 'an erasure',
    base: () => backedUp('s1', 's2'),
    run: erase,
    writes: ['delete keys/', 'delete packs/'],
    points: ['s1', 's2'],
    erases: 'mailbox-1',
  },
];

function on(repository: TestRepository, store: TestStore): TestRepository {
  return { ...repository, store, ports: { ...repository.ports, store } };
}

async function expectSound(stored: TestRepository, { erases }: Scenario): Promise<void> {
  const repository = await opened(stored);
  for await (const finding of checkRepository(repository, { readData: true })) {
    if (finding.severity === 'error') expect(finding).toBeUndefined();
  }
  for (const { jobId, pointId, complete } of repository.restorePoints()) {
    const point = await repository.openPoint({ jobId, pointId });
    for await (const { objectId } of point.objects()) {
      if (objectId === erases) continue;
      const shown: Record<string, string> = {};
      for await (const { item, content } of (await point.object(objectId)).readInPackOrder()) {
        shown[item.itemId] = asText(await collected(content()));
      }
      const possible = complete ? [pointId] : ['s1', 's2'];
      expect(possible.map((name) => asTexts(contentsOf(name, objectId)))).toContainEqual(shown);
    }
  }
}

function asTexts(contents: Contents): Record<string, string> {
  return Object.fromEntries(
    Object.entries(contents).map(([itemId, bytes]) => [itemId, asText(bytes)]),
  );
}

function asText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

describe.each(scenarios)('a process that dies during $name', (scenario) => {
  it('leaves a sound repository at every write, and the next process ends the work', async () => {
    const base = await scenario.base();
    const recording = on(base, base.store.forkInto(new RecordingStore()));
    await scenario.run(recording);
    const { mutations } = recording.store as RecordingStore;
    for (const begin of scenario.writes) {
      expect(mutations.some(({ what }) => what.startsWith(begin))).toBe(true);
    }
    for await (const { name, store, late } of crashStates(base.store, mutations)) {
      const stored = on(base, store);
      try {
        await expectSound(stored, scenario);
        await scenario.run(stored);
        for (const mutation of late) await mutation.apply(store);
        await expectSound(stored, scenario);
        const points = (await opened(stored)).restorePoints().filter(({ complete }) => complete);
        expect(points.map(({ pointId }) => pointId)).toEqual(scenario.points);
      } catch (error) {
        throw new Error(`after ${name}`, { cause: error });
      }
    }
  }, 300_000);
});
