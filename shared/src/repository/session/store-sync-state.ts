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

/** The box of a larger one lies beside the record, and is read for itself. */
const inlineStateBytesMax = 4 * 1024;

/** Under the object's key, like its names: an erasure destroys it. An empty one needs no box. */
export async function storeSyncState(
  { ports, meta, key, objectId }: StoreSyncState,
  syncState: Uint8Array,
): Promise<StoredState> {
  if (syncState.length === 0) return { inline: '' };
  const box = await sealBox(ports, { key: key.key, kind: 'syncState' }, syncState);
  if (syncState.length <= inlineStateBytesMax) return { inline: toBase64(box) };
  const id = toHex(box.subarray(0, 16));
  const frames = [box.length - 16];
  return meta.append({ id, kind: 'syncState', frames, keyId: key.id, objectId }, box);
}
