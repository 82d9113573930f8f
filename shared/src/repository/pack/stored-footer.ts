import { mustThaw } from '../../storage-class/storage-class.ts';
import { undefinedWhenDamaged } from '../damaged.ts';
import { isTail } from '../log/names.ts';
import type { OpenContext } from '../open-context.ts';
import type { BlobInfo } from '../ports.ts';
import { readManifest } from './manifests.ts';
import type { PackFooter } from './pack-layout.ts';
import { readFooter } from './read-footer.ts';

/** By the pack itself, or by its manifest where it cannot be read. Undefined: neither tells. */
export async function readStoredFooter(
  { ports, keys }: OpenContext,
  { name: pack, size: length, storageClass }: BlobInfo,
): Promise<PackFooter | undefined> {
  const access = { ...ports, footerKey: keys.derived.footers };
  const read = async () => readFooter({ ...access, pack, length });
  const own = mustThaw(storageClass) ? undefined : await read().catch(undefinedWhenDamaged);
  if (own !== undefined || isTail(pack)) return own;
  return readManifest(access, pack).catch(undefinedWhenDamaged);
}
