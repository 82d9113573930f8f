import { describe, expect, it } from 'vitest';
import { nodeCompute } from '../../compute/node-compute.ts';
import { AppError } from '../../errors/app-error.ts';
import type { BlobInfo, BlobStore, Clock } from '../ports.ts';
import { SealedCodec } from './codec.ts';
import { expirePoints, retireObject } from './expiry.ts';
import { condemnUnreferenced, dropExpiredPins, type Marker, sweepCondemned } from './garbage.ts';
import { takeOwnership } from './owner.ts';
import { pinPoints } from './pins.ts';
import { RepositoryLog } from './repository-log.ts';
import { beginSession, closeSession, commitSession } from './sessions.ts';

const day = 86_400_000;
const jobId = 'job';

/** A storage with a clock that the test moves. */
class ClockedStore {
  nowMs = 1000 * day;
  readonly blobs = new Map<string, { bytes: Uint8Array; modifiedAtMs: number }>();

  async put(name: string, bytes: Uint8Array): Promise<void> {
    this.blobs.set(name, { bytes, modifiedAtMs: this.nowMs });
  }

  async get(name: string) {
    const blob = this.blobs.get(name);
    if (blob === undefined) throw new AppError('E_BLOB_NOT_FOUND', name);
    return { info: infoOf(name, blob.modifiedAtMs), bytes: blob.bytes };
  }

  async head(name: string): Promise<BlobInfo | undefined> {
    const blob = this.blobs.get(name);
    return blob && infoOf(name, blob.modifiedAtMs);
  }

  async *list(): AsyncIterable<BlobInfo> {}

  /** What deleting fails with. */
  refusal: AppError | undefined;

  async delete(name: string): Promise<void> {
    if (this.refusal !== undefined) throw this.refusal;
    this.blobs.delete(name);
  }

  packs(): readonly string[] {
    return [...this.blobs.keys()].filter((name) => name.startsWith('packs/'));
  }
}

function infoOf(name: string, modifiedAtMs: number): BlobInfo {
  return { name, size: 1, storageClass: 'hot', modifiedAtMs, rehydrating: false };
}

/** A root is the name of the one pack that it reaches. */
const marker: Marker = {
  referencedPacks: async (roots) => new Set(roots),
  relocatedPacks: async () => new Set(),
};

async function open() {
  const clocked = new ClockedStore();
  const store = clocked as unknown as BlobStore;
  let ids = 0;
  const entropy = {
    randomBytes: (length: number) => {
      ids += 1;
      return new Uint8Array(length).fill(ids);
    },
  };
  const clock: Clock = { now: () => 0, sleep: async () => {} };
  const rootKeys = new Map([[1, new Uint8Array(32)]]);
  const codec = new SealedCodec({
    compute: nodeCompute,
    entropy,
    repositoryId: 'r',
    rootKeys,
    rootKeyNumber: 1,
  });
  const log = await RepositoryLog.open({ ports: { store, clock, entropy }, codec });
  await takeOwnership(log, 'first', async () => true);
  const listPacks = async () => clocked.packs();
  return { clocked, store, log, listPacks };
}

type Opened = Awaited<ReturnType<typeof open>>;

/** Writes a pack and commits it as the object's root. */
async function backUp({ clocked, log }: Opened, sessionId: string, done = true): Promise<string> {
  const attempt = await beginSession(log, { jobId, sessionId });
  const pack = `packs/1-${sessionId}-${attempt}-aa`;
  await clocked.put(pack, new Uint8Array(1));
  await commitSession(log, {
    jobId,
    sessionId,
    attempt,
    objects: { ann: pack },
    packs: [pack],
    references: () => [pack],
    done,
  });
  return pack;
}

describe('condemnUnreferenced', () => {
  it('condemns what no root reaches once the session has ended', async () => {
    const opened = await open();
    const { clocked, log, listPacks } = opened;
    const kept = await backUp(opened, 's1', false);
    await clocked.put('packs/1-s1-1-bb', new Uint8Array(1));
    expect(await condemnUnreferenced(log, { marker, listPacks })).toEqual([]);
    await closeSession(log, { jobId, sessionId: 's1' });
    expect(await condemnUnreferenced(log, { marker, listPacks })).toEqual(['packs/1-s1-1-bb']);
    expect(log.state.condemned.has(kept)).toBe(false);
  });

  it('condemns what a superseded attempt left, while the session goes on', async () => {
    const { clocked, log, listPacks } = await open();
    await beginSession(log, { jobId, sessionId: 's1' });
    await clocked.put('packs/1-s1-1-bb', new Uint8Array(1));
    await beginSession(log, { jobId, sessionId: 's1' });
    await clocked.put('packs/1-s1-2-cc', new Uint8Array(1));
    expect(await condemnUnreferenced(log, { marker, listPacks })).toEqual(['packs/1-s1-1-bb']);
  });

  it('leaves alone what it does not know: packs of sessions that are not in the log', async () => {
    const { clocked, log, listPacks } = await open();
    await clocked.put('packs/9-unknown-1-aa', new Uint8Array(1));
    expect(await condemnUnreferenced(log, { marker, listPacks })).toEqual([]);
  });

  it('subtracts what was committed while it was marking', async () => {
    const opened = await open();
    const { log, listPacks } = opened;
    const old = await backUp(opened, 's1');
    await backUp(opened, 's2');
    await expirePoints(log, [{ jobId, objectId: 'ann', sessionId: 's1' }]);
    let hasCommitted = false;
    const slow: Marker = {
      ...marker,
      referencedPacks: async (roots) => {
        if (!hasCommitted) {
          hasCommitted = true;
          await beginSession(log, { jobId, sessionId: 's3' });
          const again = { objects: { ann: old }, packs: [], references: () => [old], done: true };
          await commitSession(log, { jobId, sessionId: 's3', attempt: 1, ...again });
        }
        return new Set(roots);
      },
    };
    expect(await condemnUnreferenced(log, { marker: slow, listPacks })).toEqual([]);
  });
});

describe('sweepCondemned', () => {
  async function condemned() {
    const opened = await open();
    const pack = await backUp(opened, 's1');
    await expirePoints(opened.log, [{ jobId, objectId: 'ann', sessionId: 's1' }]);
    await retireObject(opened.log, { jobId, objectId: 'ann' });
    await condemnUnreferenced(opened.log, { marker, listPacks: opened.listPacks });
    return { ...opened, pack };
  }

  it("deletes after seven days by the storage's clock, and not before", async () => {
    const { clocked, store, log, listPacks, pack } = await condemned();
    clocked.nowMs += 7 * day - 1;
    expect((await sweepCondemned(log, { store, listPacks })).deleted).toEqual([]);
    clocked.nowMs += 1;
    expect((await sweepCondemned(log, { store, listPacks })).deleted).toEqual([pack]);
    expect(clocked.packs()).toEqual([]);
  });

  it('keeps what is locked, and deletes it once it is not', async () => {
    const { clocked, store, log, listPacks, pack } = await condemned();
    clocked.nowMs += 7 * day;
    clocked.refusal = new AppError('E_BLOB_LOCKED', 'locked');
    expect(await sweepCondemned(log, { store, listPacks })).toEqual({ deleted: [], kept: [pack] });
    clocked.refusal = undefined;
    expect(await sweepCondemned(log, { store, listPacks })).toEqual({ deleted: [pack], kept: [] });
  });

  it.each(['E_STORAGE_DENIED', 'E_STORAGE_UNAVAILABLE'] as const)(
    'fails with %s instead of taking it for a lock',
    async (code) => {
      const { clocked, store, log, listPacks, pack } = await condemned();
      clocked.nowMs += 7 * day;
      clocked.refusal = new AppError(code, 'no');
      await expect(sweepCondemned(log, { store, listPacks })).rejects.toMatchObject({ code });
      expect(log.state.condemned.has(pack)).toBe(true);
    },
  );

  it('enters as swept what is gone, and condemns a name that a late put brought back', async () => {
    const { clocked, store, log, listPacks, pack } = await condemned();
    clocked.nowMs += 7 * day;
    await sweepCondemned(log, { store, listPacks });
    await sweepCondemned(log, { store, listPacks });
    expect(log.state.condemned.size).toBe(0);
    await clocked.put(pack, new Uint8Array(1));
    expect(await condemnUnreferenced(log, { marker, listPacks })).toEqual([pack]);
  });
});

describe('dropExpiredPins', () => {
  it("ends a pin whose time has come by the storage's clock, in a log that is quiet", async () => {
    const opened = await open();
    const { clocked, store, log } = opened;
    await backUp(opened, 's1');
    const points = [{ jobId, objectId: 'ann', sessionId: 's1' }];
    await pinPoints(log, { pinId: 'p', points, untilMs: clocked.nowMs + day });
    await dropExpiredPins(log, store);
    expect(log.state.pins.size).toBe(1);
    clocked.nowMs += day;
    await dropExpiredPins(log, store);
    expect(log.state.pins.size).toBe(0);
  });
});
