import { isAppError } from '../../errors/app-error.ts';
import type { BlobInfo } from '../../repository/ports.ts';
import { Shortcoming, type StorageCheck, type TestedStorage } from './storage-check.ts';

const racers = 8;
const streamBytes = 17 << 20;
const chunkBytes = 1 << 20;
const skewMsMax = 5 * 60_000;

/** What repositories rest on, in the order in which it is tried. */
export const conformanceChecks: readonly StorageCheck[] = [
  { check: 'put and read', permissions: 's3:PutObject and s3:GetObject', run: readAfterWrite },
  { check: 'conditional put', permissions: 's3:PutObject', run: conditionalPut },
  { check: 'concurrent puts', permissions: 's3:PutObject', run: concurrentPuts },
  { check: 'range', permissions: 's3:GetObject', run: ranges },
  { check: 'upload in parts', permissions: 's3:AbortMultipartUpload', run: uploadInParts },
  { check: 'list', permissions: 's3:ListBucket', run: lists },
  { check: 'copy', permissions: 's3:GetObject and s3:PutObject', run: copies },
  { check: 'storage class', permissions: 's3:PutObject', run: keepsClass },
  {
    check: 'delete',
    permissions: 's3:DeleteObject; with versions s3:DeleteObjectVersion and s3:ListBucketVersions',
    run: deletes,
  },
  { check: 'clock', permissions: 's3:ListBucket', run: clocks },
  {
    check: 'versions and locks',
    permissions: 's3:GetBucketVersioning and s3:GetBucketObjectLockConfiguration',
    run: bucketStates,
  },
];

async function readAfterWrite({ store, root, signal }: TestedStorage) {
  for (let round = 0; round < 5; round += 1) {
    const [name, body] = [`${root}read/${round}`, bytes(`round ${round}`)];
    await store.put(name, body, { ...(signal && { signal }) });
    const read = await store.get(name, undefined, signal);
    if (Buffer.compare(read.bytes, body) !== 0) {
      throw new Shortcoming('what was just put is read back otherwise');
    }
  }
  return undefined;
}

async function conditionalPut({ store, root, signal }: TestedStorage) {
  const options = { ifAbsent: true, ...(signal && { signal }) };
  const name = `${root}once`;
  await store.put(name, bytes('first'), options);
  if (await isRefused(store.put(name, bytes('second'), options))) return undefined;
  throw new Shortcoming(
    'it replaces an object in spite of If-None-Match: repositories are refused',
  );
}

async function concurrentPuts({ store, root, signal }: TestedStorage) {
  const options = { ifAbsent: true, ...(signal && { signal }) };
  const puts = Array.from({ length: racers }, (_, racer) =>
    isRefused(store.put(`${root}race`, bytes(`racer ${racer}`), options)),
  );
  const winners = (await Promise.all(puts)).filter((wasRefused) => !wasRefused).length;
  if (winners === 1) return undefined;
  throw new Shortcoming(`${winners} of ${racers} concurrent put-if-absent succeeded, not 1`);
}

async function ranges({ store, root, signal }: TestedStorage) {
  const name = `${root}range`;
  await store.put(name, bytes('0123456789'), { ...(signal && { signal }) });
  const { bytes: part } = await store.get(name, { offset: 3, length: 4 }, signal);
  if (Buffer.from(part).toString() !== '3456') {
    throw new Shortcoming('it answers a range with other bytes than were asked for');
  }
  const beyond = store.get(name, { offset: 20, length: 1 }, signal);
  await expectCode(beyond, 'E_BLOB_NOT_FOUND', 'it answers a range that the object does not have');
  return undefined;
}

async function uploadInParts({ store, root, signal }: TestedStorage) {
  const name = `${root}large`;
  const options = { ifAbsent: true, ...(signal && { signal }) };
  await store.putStream(name, stream(), options);
  const info = await store.head(name, signal);
  if (info?.size !== streamBytes) {
    throw new Shortcoming(`an upload of ${streamBytes} bytes became ${info?.size ?? 0}`);
  }
  if (await isRefused(store.putStream(name, stream(), options))) return undefined;
  throw new Shortcoming('the end of an upload in parts ignores If-None-Match');
}

async function lists({ store, root, signal }: TestedStorage) {
  const names = ['a-b', 'a.b', 'a/1', 'a/10', 'a/2', 'a0', 'b'].map((n) => `${root}list/${n}`);
  for (const name of names.toReversed()) {
    await store.put(name, bytes(name), { ...(signal && { signal }) });
  }
  const listed: string[] = [];
  for await (const { name } of store.list(`${root}list/`, signal)) listed.push(name);
  if (listed.join() === names.join()) return undefined;
  const isComplete = names.every((name) => listed.includes(name));
  throw new Shortcoming(isComplete ? 'it lists in another order' : 'it lists not all that exists');
}

async function copies({ store, root, signal }: TestedStorage) {
  const [from, to] = [`${root}copy/from`, `${root}copy/to`];
  await store.put(from, bytes('copied'), { ...(signal && { signal }) });
  await store.copy(from, to, { storageClass: 'hot', ...(signal && { signal }) });
  const { bytes: copy } = await store.get(to, undefined, signal);
  if (Buffer.from(copy).toString() === 'copied') return undefined;
  throw new Shortcoming('a copy inside the storage has other bytes');
}

async function keepsClass({ store, root, storageClass, signal }: TestedStorage) {
  const name = `${root}class`;
  await store.put(name, bytes('class'), { storageClass, ...(signal && { signal }) });
  const info: BlobInfo | undefined = await store.head(name, signal);
  if (info?.storageClass === storageClass) return storageClass;
  throw new Shortcoming(`what was put in class ${storageClass} lies in ${info?.storageClass}`);
}

async function deletes({ store, root, signal }: TestedStorage) {
  const name = `${root}gone`;
  await store.put(name, bytes('gone'), { ...(signal && { signal }) });
  await store.delete(name, signal);
  await store.delete(name, signal);
  if ((await store.head(name, signal)) === undefined) return undefined;
  throw new Shortcoming('a deleted object is still there');
}

async function clocks({ store, clock, signal }: TestedStorage) {
  if (store.locks === undefined) return undefined;
  const skewMs = (await store.locks.now(signal)) - clock.now();
  const seconds = Math.round(Math.abs(skewMs) / 1_000);
  const message = `it is ${seconds} s ${skewMs < 0 ? 'behind' : 'ahead of'} this machine`;
  if (Math.abs(skewMs) > skewMsMax) throw new Shortcoming(message, 'warning');
  return message;
}

async function bucketStates({ bucketState, signal }: TestedStorage) {
  if (bucketState === undefined) return 'this provider does not tell';
  const { versioning, objectLock } = await bucketState(signal);
  const message = `versioning ${versioning}, object lock ${objectLock ? 'on' : 'off'}`;
  if (versioning !== 'off' && !objectLock) {
    throw new Shortcoming(
      `${message}: earlier versions protect nothing, but are billed`,
      'warning',
    );
  }
  return message;
}

async function isRefused(put: Promise<void>): Promise<boolean> {
  try {
    await put;
    return false;
  } catch (error) {
    if (isAppError(error, 'E_BLOB_EXISTS')) return true;
    throw error;
  }
}

async function expectCode(work: Promise<unknown>, code: 'E_BLOB_NOT_FOUND', otherwise: string) {
  try {
    await work;
  } catch (error) {
    if (isAppError(error, code)) return;
    throw error;
  }
  throw new Shortcoming(otherwise);
}

async function* stream(): AsyncGenerator<Uint8Array> {
  for (let sent = 0; sent < streamBytes; sent += chunkBytes) yield Buffer.alloc(chunkBytes, sent);
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
