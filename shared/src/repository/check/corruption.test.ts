import { beforeAll, describe, expect, it } from 'vitest';
import { copyPoint } from '../../../test/repository/copying.ts';
import {
  aDamagedCopy,
  aStoredBackup,
  checked,
  contentOf,
  flipped,
} from '../../../test/repository/damaging.ts';
import { rotated } from '../../../test/repository/rotating.ts';
import {
  anItem,
  anObject,
  aRepository,
  collected,
  openedPastDamage,
  owned,
  someBytes,
  type TestRepository,
} from '../../../test/repository/test-repository.ts';
import type { TestStore } from '../../../test/repository/test-store.ts';
import { isAppError } from '../../errors/app-error.ts';
import { standardLimits } from '../consolidation/choose-packs.ts';
import { eraseObjects } from '../erase/erase-objects.ts';
import { writeCheckpoint } from '../log/checkpoint.ts';
import { keptBy } from '../log/names.ts';
import { maintainRepository } from '../maintenance/maintain-repository.ts';

/**
 * What may be lost without harm, and why. Everything else is found, and named.
 * - the newest log entry: whoever kept the head of the log finds it (the controller)
 * - a checkpoint that is gone: it only makes opening faster
 * - a header below the highest: it opens nothing any more
 * - a manifest that is gone, of a pack that can be read: its footer says the same
 * - the hint of the storage's time, which holds nothing
 */
type Damage = (store: TestStore, name: string, others: readonly string[]) => void;

const flips = [0, 0.01, 0.2, 0.5, 0.8, 0.97, 1];

function flipAt(part: number): Damage {
  return (store, name) => {
    const bytes = store.bytes(name);
    const at = Math.min(bytes.length - 1, Math.floor(part * bytes.length));
    store.set(name, flipped(bytes, at), classOf(store, name));
  };
}

function cutTo(part: number): Damage {
  return (store, name) => {
    const bytes = store.bytes(name);
    const length = Math.min(bytes.length - 1, Math.floor(part * bytes.length));
    store.set(name, bytes.subarray(0, length), classOf(store, name));
  };
}

const remove: Damage = (store, name) => store.blobs.delete(name);

/** Another blob of the kind in its place: what a swap and a roll-back leave. */
function replacedBy(choose: (others: readonly string[]) => string | undefined): Damage {
  return (store, name, others) => {
    const other = choose(others.filter((each) => each !== name));
    if (other !== undefined) store.set(name, store.bytes(other), classOf(store, name));
  };
}

const damages: readonly (readonly [string, Damage])[] = [
  ...flips.map((part) => [`flipped at ${part * 100} %`, flipAt(part)] as const),
  ...[0, 0.5, 1].map((part) => [`cut to ${part * 100} %`, cutTo(part)] as const),
  ['deleted', remove],
  ['replaced by the oldest of its kind', replacedBy((others) => others[0])],
  ['replaced by the newest of its kind', replacedBy((others) => others.at(-1))],
];

function classOf(store: TestStore, name: string) {
  return store.blobs.get(name)?.info.storageClass ?? 'hot';
}

/** Two objects at two points, with a checkpoint in the middle of the log. */
async function aBackup(): Promise<TestRepository> {
  const stored = await aStoredBackup();
  const { log, codec } = (await openedPastDamage(stored)).context;
  await writeCheckpoint({ ...stored.ports, codec }, log.state);
  // One more entry behind the checkpoint.
  await owned(stored);
  return stored;
}

/**
 * Over two key epochs, with an object of its own under the second, whose sync state
 * lies beside its record; with an erasure, and with segments that were moved.
 */
async function aWornBackup(): Promise<TestRepository> {
  const first = await aStoredBackup();
  const stored = { ...first, rootKey: await rotated(first, first.rootKey) };
  const repository = await owned(stored);
  for (const sessionId of ['s3', 's4']) {
    const session = await repository.beginSession({ jobId: 'job', sessionId, attempt: 1 });
    const writer = await session.object(anObject('mailbox-3'));
    const itemId = `new-in-${sessionId}`;
    await writer.putItem(anItem(itemId), contentOf('mailbox-3', itemId));
    const syncState = someBytes(sessionId, 10_000);
    await writer.finish({ syncState, mode: 'incremental', counts: {} });
    await session.commit({ done: true });
  }
  await eraseObjects(repository.context, { objects: ['mailbox-2'] });
  const limits = { ...standardLimits, smallPacksMin: 2 };
  const policyOf = () =>
    ({ policy: { type: 'snapshot', keepLast: 9 }, isAbandoned: false }) as const;
  await maintainRepository(repository.context, { sessionId: 'm1', policyOf, limits });
  return stored;
}

async function aCopy(from: TestRepository): Promise<TestRepository> {
  const to = await aRepository('target');
  await copyPoint({ from, to, pointId: 's2', storageClass: 'hot' });
  return to;
}

/** Packs in the archive, and two sessions' tails. */
async function aColdCopy(): Promise<TestRepository> {
  const from = await aStoredBackup();
  const to = await aRepository('target');
  // Wherever contents are cut, it has several packs.
  const packBytes = 200_000;
  for (const pointId of ['s1', 's2']) await copyPoint({ from, to, pointId, packBytes });
  return to;
}

/** Reads every item of every point: right bytes, or an error that says so. */
async function expectNoWrongBytes(stored: TestRepository, what: string): Promise<void> {
  try {
    const repository = await openedPastDamage(stored);
    for (const point of repository.restorePoints()) await readPoint(stored, point, what);
  } catch (error) {
    expectDamage(error, what);
  }
}

async function readPoint(
  stored: TestRepository,
  point: { readonly jobId: string; readonly pointId: string },
  what: string,
): Promise<void> {
  const reader = await (await openedPastDamage(stored)).openPoint(point);
  for (const objectId of reader.objectIds) {
    try {
      const object = await reader.object(objectId);
      for await (const { item, failure, content } of object.readInPackOrder()) {
        if (failure !== undefined) continue;
        const bytes = await collected(content());
        const right = contentOf(objectId, item.itemId);
        expect(Buffer.compare(bytes, right), `${what}: ${item.itemId}`).toBe(0);
      }
    } catch (error) {
      expectDamage(error, what);
    }
  }
}

function expectDamage(error: unknown, what: string): void {
  const isKnown = [
    ...(['E_REPOSITORY_DAMAGED', 'E_REPOSITORY_NOT_FOUND'] as const),
    ...(['E_BLOB_NOT_FOUND', 'E_BLOB_ARCHIVED'] as const),
  ];
  if (isKnown.some((code) => isAppError(error, code))) return;
  throw new Error(`${what} ended with another error`, { cause: error });
}

function isHarmless(stored: TestRepository, name: string, damage: Damage): boolean {
  if (damage !== remove) return false;
  const isOlderHeader = name.startsWith('header/') && name !== stored.store.names('header/').at(-1);
  const isNewestEntry = name === stored.store.names('log/').at(-1);
  return isOlderHeader || isNewestEntry || isSpare(stored, name);
}

function isSpare(stored: TestRepository, name: string): boolean {
  if (name.startsWith('checkpoint/')) return true;
  return keptBy(name) !== name && classOf(stored.store, keptBy(name)) === 'hot';
}

async function expectFound(stored: TestRepository, name: string): Promise<void> {
  const others = stored.store.names(`${name.split('/')[0] ?? ''}/`);
  for (const [how, damage] of damages) {
    const what = `${name} ${how}`;
    const before = stored.store.bytes(name);
    const broken = aDamagedCopy(stored, (store) => damage(store, name, others));
    const isSame =
      broken.store.blobs.has(name) && Buffer.compare(broken.store.bytes(name), before) === 0;
    if (isSame) continue;
    const found = await checked(broken);
    if (!isHarmless(stored, name, damage)) {
      const bad = found.filter(({ severity }) => severity !== 'note');
      expect(bad.length, what).toBeGreaterThan(0);
      // Of what is gone a key is named by what needs it.
      expect(JSON.stringify(bad), what).toContain(name);
    }
    await expectNoWrongBytes(broken, what);
  }
}

const kindsOfAll = ['header/', 'keys/', 'log/', 'checkpoint/', 'meta/', 'packs/', 'manifests/'];
/** Those of which it has blobs that the others do not have. */
const kindsOfCold = ['manifests/', 'tails/'];
const kindsOfWorn = ['header/', 'keys/', 'erased/', 'meta/'];

describe.each([
  ['a backup', kindsOfAll, aBackup],
  ['a copy', kindsOfAll, async () => aCopy(await aStoredBackup())],
  ['a copy in the archive', kindsOfCold, aColdCopy],
  ['a backup of two key epochs, erased from and consolidated', kindsOfWorn, aWornBackup],
] as const)('of %s', (_, damagedKinds, make) => {
  let stored: TestRepository;
  beforeAll(async () => {
    stored = await make();
  });

  it.each(damagedKinds)(
    'each damage of each blob of %s is found and named, and no wrong byte is read',
    async (kind) => {
      for (const name of stored.store.names(kind)) await expectFound(stored, name);
    },
    300_000,
  );

  it('every blob is of a kind that was damaged', () => {
    const kinds = /^(header|keys|erased|log|checkpoint|meta|packs|tails|manifests|hint)\//;
    expect(stored.store.names().filter((name) => !kinds.test(name))).toEqual([]);
  });
});
