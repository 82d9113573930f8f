import { dataPrefixes } from '../log/names.ts';
import type { BlobStore, HiddenBlob } from '../ports.ts';
import { locksOf } from './locks-of.ts';

/** All that a repository cannot make again. */
const prefixes = [...['header/', 'keys/', 'log/', 'meta/', 'manifests/'], ...dataPrefixes] as const;

/**
 * What somebody deleted or replaced behind Firn's back, and the storage still
 * has: Firn itself never replaces these names, and leaves nothing of what it
 * deletes. Needs no key, and no log. E_STORAGE_NO_LOCKS.
 */
export async function* listDeleted(
  store: BlobStore,
  signal?: AbortSignal,
): AsyncGenerator<HiddenBlob> {
  const locks = locksOf(store);
  for (const prefix of prefixes) yield* locks.listHidden(prefix, signal);
}

/** Brings all of it back, in that order, and tells each when it is back. Safe to repeat. */
export async function* undelete(
  store: BlobStore,
  signal?: AbortSignal,
): AsyncGenerator<HiddenBlob> {
  const locks = locksOf(store);
  for await (const blob of listDeleted(store, signal)) {
    await locks.unhide(blob.name, signal);
    yield blob;
  }
}
