import { toBase64, toHex } from '../bytes.ts';
import type { ObjectKey } from '../keys/key-ring.ts';
import type { MetaPacks } from '../meta/meta-packs.ts';
import type { StoredState } from '../object/object-record.ts';
import type { RepositoryPorts } from '../ports.ts';
import { sealBox } from '../segment/box.ts';

export interface StoreSyncState {
  readonly ports: RepositoryPorts;
  readonly meta: MetaPacks;
  readonly key: ObjectKey;
  readonly objectId: string;
}

/** A larger sync state has a box of its own. */
const inlineStateBytesMax = 4 * 1024;

/** A small one lies in the record, beside the names: no box, no key, no request of its own. */
export async function storeSyncState(
  { ports, meta, key, objectId }: StoreSyncState,
  syncState: Uint8Array,
): Promise<StoredState> {
  if (syncState.length <= inlineStateBytesMax) return { inline: toBase64(syncState) };
  const box = await sealBox(ports, { key: key.key, kind: 'syncState' }, syncState);
  const id = toHex(box.subarray(0, 16));
  const frames = [box.length - 16];
  return meta.append({ id, kind: 'syncState', frames, keyId: key.id, objectId }, box);
}
