import { isAppError } from '../../../shared/src/errors/app-error.ts';
import { checkRepository } from '../../../shared/src/repository/check/check-repository.ts';
import { standardLimits } from '../../../shared/src/repository/consolidation/choose-packs.ts';
import { PackMarker } from '../../../shared/src/repository/garbage/pack-marker.ts';
import { initializeRepository } from '../../../shared/src/repository/header/header-store.ts';
import { createHeader } from '../../../shared/src/repository/header/repository-header.ts';
import { writeCheckpoint } from '../../../shared/src/repository/log/checkpoint.ts';
import { rootsOf } from '../../../shared/src/repository/log/state/roots.ts';
import { maintainRepository } from '../../../shared/src/repository/maintenance/maintain-repository.ts';
import { repairRepository } from '../../../shared/src/repository/repair/repair-repository.ts';
import type { Repository } from '../../../shared/src/repository/repository.ts';
import {
  anItem,
  anObject,
  collected,
  opened,
  openedPastDamage,
  owned,
  someBytes,
  type TestRepository,
  testPorts,
} from '../../../shared/test/repository/test-repository.ts';
import { TestStore } from '../../../shared/test/repository/test-store.ts';
import type { FuzzTarget } from '../fuzz-target.ts';
import { mutateBytes } from '../mutate-bytes.ts';
import { mutateJson } from '../mutate-json.ts';
import type { SeededChance } from '../seeded-chance.ts';
import { text } from './fuzz-ports.ts';
import { openCompute } from './open-compute.ts';

/**
 * A whole repository in which somebody who holds the keys has changed what is
 * stored: opening, reading, checking, marking and repairing end with what is
 * left, or with an error that says so.
 */
export async function keyHolderTarget(): Promise<FuzzTarget> {
  const stored = await aStoredRepository();
  const names = stored.store.names().filter((name) => !name.startsWith('packs/'));
  return {
    name: 'repository, by a key holder',
    seeds: names.map(text),
    mutate: (name) => name,
    share: 0.2,
    parse: async (name, chance) => {
      const store = stored.store.fork();
      const blob = Buffer.from(name).toString();
      store.set(blob, changed(store.bytes(blob), chance));
      const broken = { ...stored, store, ports: { ...stored.ports, store } };
      await unlessRefused(async () => readAll(await opened(broken)));
      const repository = await openedPastDamage(broken);
      await readAll(repository);
      for await (const _ of checkRepository(repository, { readData: true }));
      await unlessRefused(() => mark(repository));
      const dryRun = { sessionId: 'repair', dryRun: true, readData: false };
      for await (const _ of repairRepository(repository, dryRun));
    },
  };
}

async function unlessRefused(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!isAppError(error)) throw error;
  }
}

/** Every row and every byte that any point shows. */
async function readAll(repository: Repository): Promise<void> {
  for (const { jobId, pointId } of repository.restorePoints()) {
    const point = await repository.openPoint({ jobId, pointId });
    for (const objectId of point.objectIds) {
      await unlessRefused(async () => {
        const object = await point.object(objectId);
        for await (const _ of object.folders());
        for await (const { failure, content } of object.readInPackOrder()) {
          if (failure === undefined)
            await unlessRefused(async () => void (await collected(content())));
        }
      });
    }
  }
}

async function mark({ context }: Repository): Promise<void> {
  const { state } = context.log;
  await new PackMarker(context).referencedPacks(rootsOf(state), state);
}

/** One object of JSON that lies in the blob, or else bytes; the length stays, since others name it. */
function changed(bytes: Uint8Array, chance: SeededChance): Uint8Array {
  const objects = jsonIn(bytes);
  if (objects.length === 0 || chance.once(4)) return sameLength(bytes, mutateBytes(bytes, chance));
  const { start, end } = chance.pick(objects);
  const before = bytes.subarray(start, end);
  const mutated = sameLength(before, mutateJson(before, chance));
  return Buffer.concat([bytes.subarray(0, start), mutated, bytes.subarray(end)]);
}

/** What is longer is not taken: a smaller change is. */
function sameLength(before: Uint8Array, mutated: Uint8Array): Uint8Array {
  if (mutated.length > before.length)
    return Buffer.from(before).fill('0', before.length >> 1, (before.length >> 1) + 1);
  return Buffer.concat([mutated, Buffer.alloc(before.length - mutated.length, ' ')]);
}

interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** Where objects of JSON lie, nested ones too. */
function jsonIn(bytes: Uint8Array): readonly Stretch[] {
  const found: Stretch[] = [];
  const open: number[] = [];
  let isText = false;
  for (const [at, byte] of bytes.entries()) {
    const character = String.fromCharCode(byte);
    if (character === '"') isText = !isText && open.length > 0;
    else if (isText) continue;
    else if (character === '{') open.push(at);
    else if (character === '}') {
      const start = open.pop();
      if (start !== undefined && isJson(bytes.subarray(start, at + 1))) {
        found.push({ start, end: at + 1 });
      }
    }
  }
  return found;
}

function isJson(bytes: Uint8Array): boolean {
  try {
    JSON.parse(Buffer.from(bytes).toString('utf8'));
    return true;
  } catch {
    return false;
  }
}

/** Points, failed items, attachments, a large sync state, moved segments, a checkpoint. */
async function aStoredRepository(): Promise<TestRepository> {
  const store = new TestStore();
  const ports = { ...testPorts(store), compute: openCompute };
  const repositoryId = 'r';
  const { header, rootKey } = await createHeader({ repositoryId, password: undefined, ...ports });
  await initializeRepository(store, header);
  const stored: TestRepository = { store, ports, repositoryId, rootKey };
  const repository = await owned(stored);
  for (const sessionId of ['s1', 's2', 's3']) await backUp(repository, sessionId);
  await maintainRepository(repository.context, {
    sessionId: 'maintaining',
    limits: { ...standardLimits, smallPacksMin: 2 },
    policyOf: () => ({ policy: { type: 'snapshot' }, isAbandoned: false }),
  });
  const { log, codec } = repository.context;
  await writeCheckpoint({ ...ports, codec }, log.state);
  await owned(stored);
  return stored;
}

async function backUp(repository: Repository, sessionId: string): Promise<void> {
  const session = await repository.beginSession({ jobId: 'job', sessionId, attempt: 1 });
  for (const objectId of ['a', 'b']) {
    if (sessionId !== 's3' || objectId === 'a') {
      const writer = await session.object(anObject(objectId));
      const isTouched = sessionId === 's3';
      if (!isTouched) {
        await writer.putFolder({
          ...{ folderId: 'inbox', parentId: undefined, name: 'Inbox', type: 'folder' },
          ...{ wellKnownName: 'inbox', properties: {} },
        });
        await writer.putItem(anItem(`small ${sessionId}`), text(`${objectId} ${sessionId}`));
        await writer.putItem(anItem('medium'), someBytes('medium', 70_000));
        await writer.failItem(anItem('failed'), { code: 'E_X', message: 'no' });
      }
      const syncState = someBytes('token', objectId === 'a' ? 10 : 5_000);
      await writer.finish({ syncState, mode: 'incremental', counts: { items: 1 } });
    }
  }
  await session.commit({ done: true });
}
