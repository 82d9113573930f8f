import { ahead } from '../ahead.ts';
import { isDamage } from '../damaged.ts';
import { destroyKey } from '../keys/destroy-key.ts';
import type { StoredKeyOwner } from '../keys/key-ring.ts';
import { rootOfPoint } from '../log/state/roots.ts';
import type { LogState } from '../log/state.ts';
import type { OpenContext } from '../open-context.ts';

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

/**
 * Destroys keys that a session made for an object and never committed it under:
 * nothing can come to refer to them once it has ended. Reads those that no root
 * needs, no others. @returns ids of those that are gone
 */
export async function destroyStrayKeys(
  context: OpenContext,
  { needed, state }: MarkedKeys,
): Promise<readonly string[]> {
  const { store } = context.ports;
  const destroyed: string[] = [];
  const looked = ahead(store.list(prefix), keysAtOnce, async ({ name }) => {
    const id = name.slice(prefix.length);
    if (!objectKeyName.test(name) || needed.has(id)) return undefined;
    const owner = await ownerOf(context, id);
    return owner !== undefined && isStray(state, owner) ? id : undefined;
  });
  for await (const id of looked) {
    if (id !== undefined && (await destroyKey(context.keys, id))) destroyed.push(id);
  }
  return destroyed;
}

/**
 * Only a record leads to a key, and the first records that name this one would be
 * those of its session. That one has ended: it committed the object or never will,
 * or did so in vain, as the object was erased meanwhile. If it did, its point is still
 * there and needs other keys: this one is an earlier attempt's.
 */
function isStray(state: LogState, { objectId, sessionId = '' }: StoredKeyOwner): boolean {
  const session = state.sessions.get(sessionId);
  if (session === undefined || session.phase === 'open') return false;
  const { jobId, committed, begunAtN } = session;
  const erasedAtN = state.erased.get(objectId)?.n ?? -1;
  if (!committed.has(objectId) || begunAtN < erasedAtN) return true;
  return rootOfPoint(state, { jobId, objectId, sessionId }) !== undefined;
}

/** Undefined too when it cannot be opened: check names it. */
async function ownerOf({ keys }: OpenContext, id: string): Promise<StoredKeyOwner | undefined> {
  try {
    return await keys.ownerOf(id);
  } catch (error) {
    if (isDamage(error)) return undefined;
    throw error;
  }
}
