import { ahead } from '../ahead.ts';
import { isDamage } from '../damaged.ts';
import { destroyKey } from '../keys/destroy-key.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import type { ErasedObject } from '../log/state.ts';
import type { BlobStore } from '../ports.ts';

const prefix = 'keys/';
const keysAtOnce = 8;
const objectKeyName = /^keys\/[0-9a-f]{32}$/;

/** What destroying keys needs of an open repository. */
export interface StoredKeys {
  readonly ports: { readonly store: Pick<BlobStore, 'list'> };
  readonly keys: Pick<KeyRing, 'ownerOf' | 'destroy'>;
}

export interface DestroyedKeys {
  readonly destroyed: number;
  /** Ids of keys that the storage does not let go yet. */
  readonly locked: readonly string[];
}

/**
 * Destroys the keys of erased objects: those that are named, and those listed that
 * were stored before the erasure. A later one may be that of a session which
 * began after it, and which backs the object up again.
 */
export async function destroyKeys(
  context: StoredKeys,
  keyIds: Iterable<string>,
  erased: ReadonlyMap<string, ErasedObject>,
): Promise<DestroyedKeys> {
  const wanted = new Set(keyIds);
  const present = new Set<string>();
  const listed = ahead(context.ports.store.list(prefix), keysAtOnce, async (info) => {
    if (!objectKeyName.test(info.name)) return undefined;
    const id = info.name.slice(prefix.length);
    const { modifiedAtMs } = info;
    const isWanted = wanted.has(id) || (await isErased(context, id, { modifiedAtMs, erased }));
    return isWanted ? id : undefined;
  });
  for await (const id of listed) if (id !== undefined) present.add(id);
  const locked: string[] = [];
  for (const id of new Set([...wanted, ...present])) {
    if (!(await destroyKey(context.keys, id))) locked.push(id);
  }
  return { destroyed: present.size - locked.length, locked };
}

async function isErased(
  { keys }: StoredKeys,
  id: string,
  at: { readonly modifiedAtMs: number; readonly erased: ReadonlyMap<string, ErasedObject> },
): Promise<boolean> {
  if (![...at.erased.values()].some(({ atMs }) => at.modifiedAtMs < atMs)) return false;
  try {
    const owner = await keys.ownerOf(id);
    const erasure = owner && at.erased.get(owner.objectId);
    return erasure !== undefined && at.modifiedAtMs < erasure.atMs;
  } catch (error) {
    // What cannot be opened opens nothing; check names it.
    if (isDamage(error)) return false;
    throw error;
  }
}
