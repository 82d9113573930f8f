import { describe, expect, it } from 'vitest';
import { crashStates } from '../../../test/repository/crash-states.ts';
import { RecordingStore } from '../../../test/repository/recording-store.ts';
import { onStore } from '../../../test/repository/repairing.ts';
import {
  anItem,
  anObject,
  collected,
  someBytes,
  type TestRepository,
  testPorts,
} from '../../../test/repository/test-repository.ts';
import { TestStore } from '../../../test/repository/test-store.ts';
import { nodeCompute } from '../../compute/node-compute.ts';
import { isAppError } from '../../errors/app-error.ts';
import { toHex, utf8 } from '../bytes.ts';
import { checkRepository } from '../check/check-repository.ts';
import { applyChange, type HeaderChange } from '../header/header-change.ts';
import { type RepositoryHeader, verifyHeader } from '../header/header-layout.ts';
import { changeHeader, initializeRepository, readHeader } from '../header/header-store.ts';
import { changePassword, rotateKey } from '../header/make-change.ts';
import { createHeader, openHeader, unlockHeader } from '../header/repository-header.ts';
import type { Compute } from '../ports.ts';
import { openRepository, type Repository } from '../repository.ts';

/** Many passwords in a moment: their cost is not what is tested. */
const compute: Compute = {
  ...nodeCompute,
  argon2id: (password, salt) => nodeCompute.hmacSha256(salt, [password]),
};

const contents: Readonly<Record<string, Readonly<Record<string, Uint8Array>>>> = {
  s1: { a: utf8('a'), b: someBytes('b', 150_000) },
  s2: { a: utf8('a2'), b: someBytes('b', 150_000), c: utf8('c') },
};

interface Change {
  readonly change: HeaderChange;
  /** What the controller has of the repository while it changes. */
  readonly rootKeys: readonly Uint8Array[];
}

interface Scenario {
  readonly name: string;
  readonly before: string | undefined;
  readonly make: (stored: TestRepository, header: RepositoryHeader) => Promise<Change>;
}

const after = 'the new password';

const rotated: Scenario['make'] = async ({ ports, rootKey }, header) => {
  const made = await rotateKey(ports, header, { passwords: [{ password: after }] });
  return { change: made.change, rootKeys: [rootKey, made.rootKey] };
};

const scenarios: readonly Scenario[] = [
  { name: 'encryption is turned on', before: undefined, make: rotated },
  { name: 'a key epoch begins', before: 'the old password', make: rotated },
  {
    name: 'a password is changed',
    before: 'the old password',
    make: async ({ ports, rootKey }, header) => {
      const passwords = { current: 'the old password', next: after };
      return { change: await changePassword(ports, header, passwords), rootKeys: [rootKey] };
    },
  },
];

async function backedUp(password: string | undefined): Promise<TestRepository> {
  const store = new TestStore();
  const ports = { ...testPorts(store), compute };
  const repositoryId = 'repository-1';
  const { header, rootKey } = await createHeader({ repositoryId, password, ...ports });
  await initializeRepository(store, header);
  const stored = { store, ports, repositoryId, rootKey };
  await backUp(await openRepository(stored), 's1');
  return stored;
}

let incarnations = 0;

async function backUp(repository: Repository, sessionId: string): Promise<void> {
  const isDone = repository.restorePoints('job').some(({ pointId }) => pointId === sessionId);
  if (isDone) return;
  incarnations += 1;
  await repository.takeOwnership(`incarnation ${incarnations}`);
  const session = await repository.beginSession({ jobId: 'job', sessionId, attempt: 1 });
  const writer = await session.object(anObject('ann'));
  for (const [itemId, content] of Object.entries(contents[sessionId] ?? {})) {
    await writer.putItem(anItem(itemId), content);
  }
  await writer.finish({ syncState: utf8('token'), mode: 'incremental', counts: {} });
  await session.commit({ done: true });
}

/** As a session of the agent does it, and the next backup after it. May be repeated. */
async function changeAndBackUp(stored: TestRepository, made: Change): Promise<void> {
  const { ports, repositoryId } = stored;
  const { change, rootKeys } = made;
  const header = await changeHeader(ports, (current) =>
    applyChange({ ...ports, rootKeys }, current, change),
  );
  const { rootKey } = await openHeader(header, { password: after }, compute);
  await backUp(await openRepository({ ports, repositoryId, rootKey }), 's2');
}

/** @returns the root key; undefined: the password does not open it */
async function rootKeyBy(
  { store }: TestRepository,
  password: string | undefined,
): Promise<Uint8Array | undefined> {
  try {
    return await unlockHeader(await readHeader(store), password, compute);
  } catch (error) {
    if (isAppError(error, 'E_REPOSITORY_PASSWORD_WRONG')) return undefined;
    throw error;
  }
}

async function expectSound(stored: TestRepository, rootKey: Uint8Array): Promise<void> {
  const { ports, repositoryId } = stored;
  const repository = await openRepository({ ports, repositoryId, rootKey });
  for await (const found of checkRepository(repository, { readData: true })) {
    if (found.severity === 'error') expect(found).toBeUndefined();
  }
  for (const { jobId, pointId } of repository.restorePoints()) {
    const reader = await (await repository.openPoint({ jobId, pointId })).object('ann');
    const shown: Record<string, string> = {};
    for await (const { item, content } of reader.readInPackOrder()) {
      shown[item.itemId] = toHex(await collected(content()));
    }
    const expected = Object.entries(contents[pointId] ?? {}).map(([id, it]) => [id, toHex(it)]);
    expect(shown).toEqual(Object.fromEntries(expected));
  }
}

/** By the old password or the new one, never by both: but anybody opens what is not encrypted. */
async function expectSoundByEither(stored: TestRepository, { before }: Scenario): Promise<void> {
  const keys = [await rootKeyBy(stored, before), await rootKeyBy(stored, after)];
  const opening = keys.flatMap((key) => key ?? []);
  if (before !== undefined) expect(opening).toHaveLength(1);
  expect(new Set(opening.map(toHex)).size).toBe(1);
  await expectSound(stored, opening[0] ?? new Uint8Array());
}

/** By the new password alone, and nothing in the storage is left that another one opens. */
async function expectChanged(stored: TestRepository, { before }: Scenario): Promise<void> {
  expect(await rootKeyBy(stored, before)).toBeUndefined();
  const rootKey = await rootKeyBy(stored, after);
  await expectSound(stored, rootKey ?? new Uint8Array());
  const headers = stored.store.names('header/').map((name) => stored.store.bytes(name));
  const superseded = headers.slice(0, -1).map((bytes) => Buffer.from(bytes).toString());
  expect(superseded.length).toBeGreaterThan(0);
  for (const text of superseded) expect(text).toContain('"supersededBy"');
}

describe.each(scenarios)('a process that dies while $name and the next backup runs', (scenario) => {
  it('leaves what opens and is whole, and the next process ends the work', async () => {
    const base = await backedUp(scenario.before);
    const header = await verifyHeader(await readHeader(base.store), compute);
    const made = await scenario.make(base, header);
    const recording = onStore(base, base.store.forkInto(new RecordingStore()));
    await changeAndBackUp(recording, made);
    const { mutations } = recording.store as RecordingStore;
    for (const begin of ['put header/1', 'put header/0', 'put meta/', 'put log/']) {
      expect(mutations.some(({ what }) => what.startsWith(begin))).toBe(true);
    }
    for await (const { name, store, late } of crashStates(base.store, mutations)) {
      const stored = onStore(base, store);
      try {
        await expectSoundByEither(stored, scenario);
        await changeAndBackUp(stored, made);
        await expectChanged(stored, scenario);
        for (const mutation of late) await mutation.apply(store);
        await expectChanged(stored, scenario);
      } catch (error) {
        throw new Error(`after ${name}`, { cause: error });
      }
    }
  }, 300_000);
});
