/** Footers of packs that cannot be read as they lie. docs/repository-format.md, "Manifests". */
import { isAppError } from '../../errors/app-error.ts';
import { damaged, naming } from '../damaged.ts';
import { manifestName } from '../log/names.ts';
import type { BlobStore, Compute, Entropy } from '../ports.ts';
import { openBox, sealBox } from '../segment/box.ts';
import type { SealingKey } from '../segment/epoch-keys.ts';
import { decodeFooter, encodeContentRecord, encodeFooter, type PackFooter } from './pack-layout.ts';

export interface ManifestAccess {
  readonly store: BlobStore;
  readonly compute: Compute;
  readonly entropy: Entropy;
  readonly footerKey: SealingKey;
}

/** What the footer of a pack says; its contents as encodeContentRecord makes them, end to end in each part. */
export interface WrittenFooter extends Omit<PackFooter, 'contents'> {
  readonly records: readonly Uint8Array[];
}

/** Before anything refers to the pack. Safe to repeat. */
export async function putManifest(access: ManifestAccess, footer: WrittenFooter): Promise<void> {
  const box = await sealed(access, footer);
  try {
    await access.store.put(manifestName(footer.pack), box, { ifAbsent: true });
  } catch (error) {
    if (!isAppError(error, 'E_BLOB_EXISTS')) throw error;
  }
}

/** In place of one that is gone, or cannot be opened. E_BLOB_LOCKED */
export async function mendManifest(
  access: ManifestAccess,
  { contents, ...footer }: PackFooter,
): Promise<void> {
  const records = contents.map(encodeContentRecord);
  await access.store.put(manifestName(footer.pack), await sealed(access, { ...footer, records }));
}

function sealed(
  { compute, entropy, footerKey }: ManifestAccess,
  { pack, segments, records }: WrittenFooter,
): Promise<Uint8Array> {
  const plain = encodeFooter({ pack, segments }, records);
  return sealBox({ compute, entropy }, { key: footerKey, kind: 'footer' }, plain);
}

/** E_REPOSITORY_DAMAGED, E_BLOB_NOT_FOUND */
export async function readManifest(
  { store, compute, footerKey }: Omit<ManifestAccess, 'entropy'>,
  pack: string,
): Promise<PackFooter> {
  const name = manifestName(pack);
  return naming(name, { blob: name }, async () => {
    const { bytes } = await store.get(name);
    const footer = decodeFooter(await openBox(compute, { key: footerKey, kind: 'footer' }, bytes));
    if (footer.pack !== pack) throw damaged(`it is the manifest of ${footer.pack}`);
    return footer;
  });
}
