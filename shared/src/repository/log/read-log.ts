import { AppError, isAppError } from '../../errors/app-error.ts';
import type { Blob, BlobStore, Clock } from '../ports.ts';
import type { EntryCodec } from './codec.ts';
import { logName } from './names.ts';
import { patiently } from './patience.ts';
import type { StoredEntry } from './state.ts';

export interface LogReading {
  readonly store: BlobStore;
  readonly clock: Clock;
  readonly codec: EntryCodec;
  readonly signal?: AbortSignal | undefined;
}

/** What lies at log/<n>; undefined when nothing does. Outlasts errors that pass. */
export async function readEntry(reading: LogReading, n: number): Promise<StoredEntry | undefined> {
  const { codec } = reading;
  const blob = await getIfThere(reading, logName(n));
  if (blob === undefined) return undefined;
  return {
    entry: await codec.decodeEntry(n, blob.bytes),
    digest: await codec.digest(blob.bytes),
    storedAtMs: blob.info.modifiedAtMs,
  };
}

/** A blob, or undefined when there is none of this name. */
export async function getIfThere(
  { store, clock, signal }: LogReading,
  name: string,
): Promise<Blob | undefined> {
  try {
    return await patiently(clock, () => store.get(name, undefined, signal), signal);
  } catch (error) {
    if (isAppError(error, 'E_BLOB_NOT_FOUND')) return undefined;
    throw error;
  }
}

/** Each entry names the bytes before it: one that was exchanged is noticed. */
export function assertFollows(previousDigest: string, stored: StoredEntry): void {
  if (stored.entry.previousDigest === previousDigest) return;
  const name = logName(stored.entry.n);
  throw new AppError('E_REPOSITORY_DAMAGED', `${name} does not follow the entry before it`, {
    context: { name },
  });
}
