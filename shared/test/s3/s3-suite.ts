import { CreateMultipartUploadCommand, ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { BlockPool } from '../../src/object-store/block-pool.ts';
import { describeBlobLocks } from '../../src/object-store/locks.contract.ts';
import { describeBlobStore } from '../../src/object-store/object-store.contract.ts';
import { RetryingStore } from '../../src/object-store/retrying-store.ts';
import { S3Store, type S3StoreOptions } from '../../src/object-store/s3/s3-store.ts';
import { systemClock } from '../../src/time/system-clock.ts';
import { systemRandom } from '../../src/time/system-random.ts';
import {
  deletePlainly,
  makeBucket,
  makeLockedBucket,
  plainClient,
  type S3Access,
} from './plain-client.ts';

export interface S3Server extends S3Access {
  readonly neverShortens?: boolean;
  readonly copiesIfAbsent?: boolean;
  /** Default true: it tells when an upload was begun. */
  readonly tellsBegin?: boolean;
  /** Absent: they end at once. */
  readonly finishRestorations?: () => Promise<void>;
}

type MakeStore = (more: Partial<S3StoreOptions>) => S3Store;

/** The smallest part that S3 takes. */
const partBytes = 5 << 20;
const bucket = 'firn-test';
const lockedBucket = 'firn-locked';
const policy = { triesMax: 6, delayMsFirst: 10, delayMsMax: 100 };
const ports = { clock: systemClock, random: systemRandom };

/** The suites of the S3 adapter against a server that others wrote; empty, and running. */
export function describeS3Store(name: string, server: () => S3Server): void {
  const makeStore: MakeStore = (more) => {
    const { endpoint, accessKeyId, secretAccessKey, caPem } = server();
    const credentials = async () => ({ accessKeyId, secretAccessKey });
    const ours = { endpoint, bucket, prefix: '', credentials, ...(caPem && { caPem }) };
    return new S3Store({ ...ours, ...more });
  };
  // Two that race may both be told to try again.
  const retrying = (store: S3Store) => new RetryingStore(store, { policy, ports });

  describeBlobStore(name, async () => {
    await makeBucket(server(), bucket);
    return {
      store: retrying(makeStore({ prefix: 'contract/of-stores' })),
      showsRehydrating: server().finishRestorations !== undefined,
      thawsInPlace: true,
      copiesIfAbsent: server().copiesIfAbsent ?? true,
      finishRehydrations: async () => server().finishRestorations?.(),
      close: async () => {},
    };
  });

  describeBlobLocks(name, async () => {
    await makeLockedBucket(server(), lockedBucket);
    const prefix = 'locks';
    return {
      store: retrying(makeStore({ bucket: lockedBucket, prefix })),
      neverShortens: server().neverShortens ?? true,
      deletePlainly: (blob) => deletePlainly(server(), lockedBucket, [`${prefix}/${blob}`]),
      close: async () => {},
    };
  });

  describe(`${name}, of large objects`, () => describeParts(makeStore, server));
  describe(`${name}, when something is wrong`, () => describeRefusals(makeStore));
}

function describeParts(makeStore: MakeStore, server: () => S3Server): void {
  const blocks = () => new BlockPool(partBytes);

  it('uploads a stream in parts', async () => {
    const store = makeStore({ prefix: 'parts', blocks: blocks(), checksums: 'always' });
    await store.putStream('large', chunks(12), { ifAbsent: true });
    const { info, bytes } = await store.get('large');
    expect(info.size).toBe(12 << 20);
    expect(bytes[0]).toBe(0);
    expect(bytes.at(-1)).toBe(11);
    const tail = await store.get('large', { offset: (11 << 20) - 1, length: 2 });
    expect([...tail.bytes]).toEqual([10, 11]);
  });

  it('refuses parts over what exists, and leaves no upload behind', async () => {
    const store = makeStore({ prefix: 'once', blocks: blocks() });
    await store.putStream('large', chunks(6), { ifAbsent: true });
    const again = store.putStream('large', chunks(7), { ifAbsent: true });
    await expect(again).rejects.toMatchObject({ code: 'E_BLOB_EXISTS' });
    expect((await store.head('large'))?.size).toBe(6 << 20);
    expect(await uploadsBelow(server(), 'once/')).toBe(0);
  });

  it('leaves no upload behind when the stream breaks', async () => {
    const store = makeStore({ prefix: 'broken', blocks: blocks() });
    const broken = new Error('the source broke');
    async function* breaking() {
      yield* chunks(6);
      throw broken;
    }
    await expect(store.putStream('large', breaking())).rejects.toBe(broken);
    expect(await store.head('large')).toBeUndefined();
    expect(await uploadsBelow(server(), 'broken/')).toBe(0);
  });

  it('aborts uploads that a crash left, and none of later or of others', async () => {
    const bare = makeStore({ prefix: 'strays' });
    const store = new RetryingStore(bare, { policy, ports });
    for (const Key of ['strays/left', 'strays-of-others/left']) {
      const input = { Bucket: bucket, Key };
      await plainClient(server()).send(new CreateMultipartUploadCommand(input));
    }
    const nowMs = await bare.locks.now();
    const early = (server().tellsBegin ?? true) ? nowMs - 60_000 : 0;
    expect(await store.abortStrays('', early)).toBe(0);
    expect(await store.abortStrays('right/', nowMs + 60_000)).toBe(0);
    expect(await store.abortStrays('le', nowMs + 60_000)).toBe(1);
    expect(await uploadsBelow(server(), 'strays/')).toBe(0);
    expect(await uploadsBelow(server(), 'strays-of-others/')).toBe(1);
  });

  it('copies in parts what is too large for one call', async () => {
    const store = makeStore({ prefix: 'copies', blocks: blocks(), copyBytesMax: partBytes });
    await store.putStream('from', chunks(12));
    await store.copy('from', 'to', { storageClass: 'hot' });
    const [from, to] = [await store.get('from'), await store.get('to')];
    expect(Buffer.compare(from.bytes, to.bytes)).toBe(0);
  });
}

function describeRefusals(makeStore: MakeStore): void {
  it('names a bucket that is not there', async () => {
    const store = makeStore({ bucket: 'absent-bucket' });
    await expect(store.put('a', Buffer.from('a'))).rejects.toMatchObject({
      code: 'E_STORAGE_CONTAINER_NOT_FOUND',
    });
  });

  it('says when the bucket has no object lock', async () => {
    const store = makeStore({ prefix: 'unlocked' });
    const retainUntilMs = (await store.locks.now()) + 60_000;
    await expect(store.put('a', Buffer.from('a'), { retainUntilMs })).rejects.toMatchObject({
      code: 'E_STORAGE_NO_LOCKS',
    });
  });
}

async function uploadsBelow(access: S3Access, prefix: string): Promise<number> {
  const input = { Bucket: bucket, Prefix: prefix };
  const page = await plainClient(access).send(new ListMultipartUploadsCommand(input));
  return page.Uploads?.length ?? 0;
}

/** So many MiB; each is filled with its number. */
async function* chunks(mebibytes: number): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < mebibytes; index += 1) yield Buffer.alloc(1 << 20, index);
}
