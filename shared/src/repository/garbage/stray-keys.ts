import { ahead } from '../ahead.ts';
import { isDamage } from '../damaged.ts';
import { destroyKey } from '../keys/destroy-key.ts';
import type { KeyRing, StoredKeyOwner } from '../keys/key-ring.ts';
import { rootOfPoint } from '../log/state/roots.ts';
import type { LogState } from '../log/state.ts';
import type { BlobStore } from '../ports.ts';
import { ErasedKeys, type KeysOfErasure } from './erased-keys.ts';

const prefix = 'keys/';
const keysAtOnce = 8;
const objectKeyName = /^keys\/[0-9a-f]{32}$/;

/** What a marking found. */
export interface MarkedKeys {
  /** Ids of all keys that a root needs. */
  readonly needed: ReadonlySet<string>;
  /** Whose roots these were. */
  readonly state: LogState;
}

/** What destroying keys needs of an open repository. */
export interface StrayKeysContext {
  readonly ports: { readonly store: Pick<BlobStore, 'list'> };
  readonly keys: Pick<KeyRing, 'ownerOf' | 'destroy'>;
  readonly keysOfErasure: KeysOfErasure;
}

/**
 * Destroys keys that a session made for an object and never committed it under:
 * nothing can come to refer to them once it has ended. And those of erased
 * objects that are there again. One listing; reads those that no root needs, no
 * others. @returns ids of those that are gone
 */
export async function destroyStrayKeys(
  context: StrayKeysContext,
  { needed, state }: MarkedKeys,
): Promise<readonly string[]> {
  const { store } = context.ports;
  const erased = new ErasedKeys(state, context.keysOfErasure);
  const destroyed: string[] = [];
  const looked = ahead(store.list(prefix), keysAtOnce, async ({ name, modifiedAtMs }) => {
    const id = name.slice(prefix.length);
    if (!objectKeyName.test(name) || needed.has(id)) return undefined;
    const owner = await ownerOf(context, id);
    if (owner === undefined) return undefined;
    const isGarbage = isStray(state, owner) || (await erased.has(owner, modifiedAtMs));
    return isGarbage ? id : undefined;
  });
  for await (const id of looked) {
    if (id !== undefined && (await destroyKey(context.keys, id))) destroyed.push(id);
  }
  return destroyed;
}

/**
 * Only a record leads to a key, and the first records that name this one would be
 * those of its session. That one has ended: it committed the object or never will.
 * If it did, its point is still there and needs other keys: this one is an earlier
 * attempt's.
 */
function isStray(state: LogState, { objectId, sessionId = '' }: StoredKeyOwner): boolean {
  const session = state.sessions.get(sessionId);
  if (session === undefined || session.phase === 'open') return false;
  const { jobId, committed } = session;
  if (!committed.has(objectId)) return true;
  return rootOfPoint(state, { jobId, objectId, sessionId }) !== undefined;
}

/** Undefined too when it cannot be opened: check names it. */
async function ownerOf(
  { keys }: Pick<StrayKeysContext, 'keys'>,
  id: string,
): Promise<StoredKeyOwner | undefined> {
  try {
    return await keys.ownerOf(id);
  } catch (error) {
    if (isDamage(error)) return undefined;
    throw error;
  }
}
