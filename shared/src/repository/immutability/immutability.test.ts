import { describe, expect, it } from 'vitest';
import {
  anImmutableRepository,
  backUp,
  mailOf,
} from '../../../test/immutability/immutable-repository.ts';
import { FolderStore } from '../../object-store/folder/folder-store.ts';
import { MemoryStore } from '../../object-store/memory/memory-store.ts';
import { ManualClock } from '../../time/manual-clock.ts';
import { expirePoints } from '../log/expiry.ts';
import type { BlobInfo, BlobStore } from '../ports.ts';
import { extendRetention } from './extend-retention.ts';
import { type Immutability, isRetained, lockedUntilMs } from './generation.ts';
import { RetainingStore } from './retaining-store.ts';
import { listDeleted, undelete } from './undelete.ts';

const dayMs = 86_400_000;
const immutability: Immutability = { mode: 'governance', days: 30 };

async function start() {
  const clock = new ManualClock(1_700_000_000_000);
  const bare = new MemoryStore({ clock });
  return { clock, bare, ...(await anImmutableRepository(bare, immutability)) };
}

async function listed<Each>(listing: AsyncIterable<Each>): Promise<Each[]> {
  const all: Each[] = [];
  for await (const each of listing) all.push(each);
  return all;
}

const retainedOf = async (store: BlobStore): Promise<BlobInfo[]> =>
  (await listed(store.list(''))).filter(({ name }) => isRetained(name));

describe('an immutable repository', () => {
  it('is refused on a storage that cannot lock', () => {
    const make = () => new RetainingStore(new FolderStore({ folder: '/nowhere' }), immutability);
    expect(make).toThrow(expect.objectContaining({ code: 'E_STORAGE_NO_LOCKS' }));
  });

  it('locks all that it cannot make again, until the end of its generation and the days', async () => {
    const { bare, repository, clock } = await start();
    await backUp(repository, 'point-1', 'mail');
    const blobs = await retainedOf(bare);
    const kinds = new Set(blobs.map(({ name }) => name.split('/')[0]));
    expect([...kinds].sort()).toEqual(['header', 'keys', 'log', 'meta', 'packs']);
    const untilMs = lockedUntilMs(clock.now(), immutability);
    for (const blob of blobs) expect(blob).toMatchObject({ lockedUntilMs: untilMs });
  });

  it('sweeps a pack only once its lock has run out', async () => {
    const { repository, clock } = await start();
    await backUp(repository, 'point-1', 'old mail');
    await backUp(repository, 'point-2', 'new mail');
    const { log } = repository;
    await expirePoints(log, [{ jobId: 'job', objectId: 'mailbox-1', sessionId: 'point-1' }]);
    const { condemned } = await repository.collectGarbage();
    expect(condemned.length).toBeGreaterThan(0);
    clock.advance(8 * dayMs);
    const early = await repository.collectGarbage();
    expect([...early.kept].sort()).toEqual([...condemned].sort());
    clock.advance(33 * dayMs);
    const late = await repository.collectGarbage();
    expect([...late.deleted].sort()).toEqual([...condemned].sort());
    expect(await mailOf(repository, 'point-2')).toBe('new mail');
  });
});

describe('extending retention', () => {
  it('prolongs what a point needs once a generation, by the clock of the storage', async () => {
    const { bare, repository, clock } = await start();
    await backUp(repository, 'point-1', 'mail');
    clock.advance(12 * dayMs);
    const before = await retainedOf(bare);
    const { context } = repository;
    const first = await extendRetention(context, { immutability });
    expect(first).toMatchObject({ prolonged: before.length, missing: [] });
    const untilMs = lockedUntilMs(clock.now(), immutability);
    for (const blob of await retainedOf(bare)) expect(blob.lockedUntilMs).toBe(untilMs);
    expect(await extendRetention(context, { immutability })).toMatchObject({ prolonged: 0 });
    clock.advance(10 * dayMs);
    expect((await extendRetention(context, { immutability })).prolonged).toBe(before.length + 1);
  });

  it('never lets the lock of a needed object run out', async () => {
    const { bare, repository, clock } = await start();
    await backUp(repository, 'point-1', 'mail');
    for (let day = 0; day < 200; day += 1) {
      clock.advance(dayMs);
      await extendRetention(repository.context, { immutability });
      for (const { name, lockedUntilMs: untilMs = 0 } of await retainedOf(bare)) {
        expect(untilMs - clock.now(), name).toBeGreaterThanOrEqual(immutability.days * dayMs);
      }
    }
  });

  it('lets run out what no point needs', async () => {
    const { bare, repository, clock } = await start();
    await backUp(repository, 'point-1', 'old mail');
    await backUp(repository, 'point-2', 'new mail');
    const { log, context } = repository;
    await expirePoints(log, [{ jobId: 'job', objectId: 'mailbox-1', sessionId: 'point-1' }]);
    const { condemned } = await repository.collectGarbage();
    clock.advance(12 * dayMs);
    await extendRetention(context, { immutability });
    const [first = ''] = condemned;
    const [gone, kept] = [await bare.head(first), await bare.head('header/0')];
    expect(gone?.lockedUntilMs).toBeLessThan(kept?.lockedUntilMs ?? 0);
  });

  it('prolongs the packs of a session that is under way', async () => {
    const { bare, repository, clock } = await start();
    const pack = 'packs/1-session-9-1-00ff';
    await repository.beginSession({ jobId: 'job', sessionId: 'session-9', attempt: 1 });
    await bare.put(pack, Uint8Array.of(1));
    clock.advance(12 * dayMs);
    await extendRetention(repository.context, { immutability });
    expect((await bare.head(pack))?.lockedUntilMs).toBe(lockedUntilMs(clock.now(), immutability));
  });

  it('names packs that a point needs and that somebody deleted', async () => {
    const { bare, repository, clock } = await start();
    await backUp(repository, 'point-1', 'mail');
    const [pack] = await listed(bare.list('packs/'));
    bare.hide(pack?.name ?? '');
    clock.advance(12 * dayMs);
    const { missing } = await extendRetention(repository.context, { immutability });
    expect(missing).toEqual([pack?.name]);
  });
});

describe('undelete', () => {
  it('brings back a repository of which everything was deleted', async () => {
    const { bare, store, repository, open } = await start();
    await backUp(repository, 'point-1', 'precious');
    const all = await retainedOf(bare);
    for (const { name } of await listed(bare.list(''))) bare.hide(name);
    await expect(open()).rejects.toMatchObject({ code: 'E_REPOSITORY_NOT_FOUND' });

    expect(await listed(listDeleted(store))).toHaveLength(all.length);
    expect(await listed(undelete(store))).toHaveLength(all.length);
    expect(await mailOf(await open(), 'point-1')).toBe('precious');
    expect(await listed(listDeleted(store))).toEqual([]);
  });

  it('brings back what was written over', async () => {
    const { bare, store, repository, open } = await start();
    await backUp(repository, 'point-1', 'precious');
    for (const { name } of await retainedOf(bare)) await bare.put(name, Buffer.from('ransom'));
    const returned = await listed(undelete(store));
    expect(new Set(returned.map(({ how }) => how))).toEqual(new Set(['replaced']));
    expect(await mailOf(await open(), 'point-1')).toBe('precious');
  });
});
