/** header/<n> in the storage: the highest n counts. */
import { AppError, isAppError } from '../../errors/app-error.ts';
import { equalBytes } from '../bytes.ts';
import type { BlobStore, Compute } from '../ports.ts';
import {
  decodeHeader,
  encodeHeader,
  encodeSuperseded,
  isSuperseded,
  type RepositoryHeader,
  verifyHeader,
} from './header-layout.ts';

const headerPrefix = 'header/';

export interface HeaderPorts {
  readonly store: BlobStore;
  readonly compute: Compute;
}

/** Success also when exactly this header lies there; else E_REPOSITORY_EXISTS. */
export async function initializeRepository(store: BlobStore, header: Uint8Array): Promise<void> {
  if (await putIfAbsent(store, headerName(0), header)) return;
  throw new AppError('E_REPOSITORY_EXISTS', 'another repository lies at this place');
}

/** The newest header's bytes; E_REPOSITORY_NOT_FOUND. */
export async function readHeader(store: BlobStore): Promise<Uint8Array> {
  return (await readNewest(store)).bytes;
}

/** Names of all headers that are listed but the highest. */
export async function lowerHeaders(store: BlobStore): Promise<readonly string[]> {
  const listed: number[] = [];
  for await (const { name } of store.list(headerPrefix)) {
    const n = Number(name.slice(headerPrefix.length));
    if (Number.isInteger(n)) listed.push(n);
  }
  const highest = Math.max(...listed);
  return listed.filter((n) => n < highest).map(headerName);
}

/**
 * What the header is to become; undefined: it is that already. Asked anew for
 * each header on which it is tried. What it throws, changeHeader throws.
 */
export type ProposeHeader = (header: RepositoryHeader) => Promise<RepositoryHeader | undefined>;

/**
 * Puts the next header, and takes what they opened out of all lower ones. May be
 * repeated after any error, as long as propose knows its own change again.
 * @returns the bytes of the header that counts
 */
export async function changeHeader(
  { store, compute }: HeaderPorts,
  propose: ProposeHeader,
): Promise<Uint8Array> {
  for (;;) {
    const { n, bytes } = await readNewest(store);
    const header = await verifyHeader(bytes, compute);
    const wanted = await propose(header);
    if (wanted === undefined) {
      await supersede({ store, compute }, header.repositoryId, n);
      return bytes;
    }
    const next = await encodeHeader(compute, wanted);
    // Read again after a win as well: a higher one may have come since.
    await putIfAbsent(store, headerName(n + 1), next);
  }
}

/** Lower headers name the highest from here on, and nothing that opens anything. */
async function supersede(ports: HeaderPorts, repositoryId: string, by: number): Promise<void> {
  const { store, compute } = ports;
  const gone = await encodeSuperseded(compute, { repositoryId, supersededBy: by });
  for (let n = by - 1; n >= 0; n -= 1) {
    const { bytes } = await store.get(headerName(n));
    const isDone = await decodeHeader(bytes, compute).then(isSuperseded, () => false);
    if (!isDone) await store.put(headerName(n), gone);
  }
}

interface StoredHeader {
  readonly n: number;
  readonly bytes: Uint8Array;
}

/** A listing may lag behind: higher ones are asked for by name. */
async function readNewest(store: BlobStore): Promise<StoredHeader> {
  let n = 0;
  for await (const { name } of store.list(headerPrefix)) {
    const listed = Number(name.slice(headerPrefix.length));
    if (Number.isInteger(listed)) n = Math.max(n, listed);
  }
  let bytes = await getHeader(store, n);
  if (bytes === undefined) {
    throw new AppError('E_REPOSITORY_NOT_FOUND', `there is no ${headerName(n)}`);
  }
  for (;;) {
    const higher = await getHeader(store, n + 1);
    if (higher === undefined) return { n, bytes };
    n += 1;
    bytes = higher;
  }
}

async function getHeader(store: BlobStore, n: number): Promise<Uint8Array | undefined> {
  try {
    return (await store.get(headerName(n))).bytes;
  } catch (error) {
    if (isAppError(error, 'E_BLOB_NOT_FOUND')) return undefined;
    throw error;
  }
}

/** Whether exactly these bytes lie there now. */
async function putIfAbsent(store: BlobStore, name: string, bytes: Uint8Array): Promise<boolean> {
  try {
    await store.put(name, bytes, { ifAbsent: true });
    return true;
  } catch (error) {
    const isThere = isAppError(error, 'E_BLOB_EXISTS') || isAppError(error, 'E_STORAGE_UNCLEAR');
    if (!isThere) throw error;
    return equalBytes((await store.get(name)).bytes, bytes);
  }
}

function headerName(n: number): string {
  return `${headerPrefix}${n}`;
}
