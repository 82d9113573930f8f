import { copyInto } from '../../memory/copy-into.ts';
import { discardWhole } from '../../memory/discard.ts';
import type { BlobStore, ByteRange } from '../ports.ts';

export interface RangeToRead {
  readonly name: string;
  readonly range: ByteRange;
  /** As long as the range. */
  readonly target: Uint8Array;
}

/** As BlobStore.get, into given memory, whether the storage can do that itself or not. */
export async function readInto(
  store: Pick<BlobStore, 'get' | 'readInto'>,
  { name, range, target }: RangeToRead,
): Promise<void> {
  if (store.readInto !== undefined) return store.readInto(name, range, target);
  const { bytes } = await store.get(name, range);
  copyInto(target, 0, bytes);
  discardWhole(bytes);
}
