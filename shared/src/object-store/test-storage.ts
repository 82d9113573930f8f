import { AppError, isAppError } from '../errors/app-error.ts';
import type { BlobStore, StorageClass } from '../repository/ports.ts';

export interface TestStorageOptions {
  /** A name that nobody uses; a second one is made of it. Both are deleted again. */
  readonly probeName: string;
  /** The class that packs will have: the account must know it. */
  readonly storageClass: StorageClass;
  readonly signal?: AbortSignal;
}

/**
 * Tries everything that a repository does to an object storage: put, put-if-absent
 * that must be refused, get, list, a put in the storage's class, delete. Throws
 * what the storage throws, or E_STORAGE_REFUSED when it answers but does not do it.
 */
export async function testStorage(store: BlobStore, options: TestStorageOptions): Promise<void> {
  const { probeName, signal } = options;
  const classProbeName = `${probeName}-class`;
  try {
    await testReadingAndWriting(store, probeName, signal);
    await testClass(store, classProbeName, options);
  } finally {
    await store.delete(probeName, signal);
    await store.delete(classProbeName, signal);
  }
}

async function testReadingAndWriting(
  store: BlobStore,
  name: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const body = new TextEncoder().encode('firn');
  const put = () => store.put(name, body, { ifAbsent: true, ...(signal && { signal }) });
  await put();
  const { bytes } = await store.get(name, undefined, signal);
  if (Buffer.compare(bytes, body) !== 0) throw refused('gives back other bytes than were put');
  if (!(await isRefused(put))) throw refused('replaces an object in spite of put-if-absent');
  if (!(await isListed(store, name, signal))) throw refused('does not list an object that exists');
}

async function testClass(
  store: BlobStore,
  name: string,
  options: TestStorageOptions,
): Promise<void> {
  const { storageClass, signal } = options;
  await store.put(name, new TextEncoder().encode('firn'), {
    storageClass,
    ...(signal && { signal }),
  });
  const info = await store.head(name, signal);
  if (info?.storageClass === storageClass) return;
  throw refused(`keeps an object in class ${info?.storageClass} that was put in ${storageClass}`);
}

async function isRefused(put: () => Promise<void>): Promise<boolean> {
  try {
    await put();
    return false;
  } catch (error) {
    if (isAppError(error, 'E_BLOB_EXISTS')) return true;
    throw error;
  }
}

async function isListed(
  store: BlobStore,
  name: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  for await (const info of store.list(name, signal)) {
    if (info.name === name) return true;
  }
  return false;
}

function refused(what: string): AppError {
  return new AppError('E_STORAGE_REFUSED', `the storage ${what}`);
}
