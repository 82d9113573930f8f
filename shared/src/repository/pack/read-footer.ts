import { damaged } from '../damaged.ts';
import type { BlobStore, Compute } from '../ports.ts';
import { openBox } from '../segment/box.ts';
import type { SealingKey } from '../segment/epoch-keys.ts';
import { decodeFooter, decodeTrailer, type PackFooter, trailerBytes } from './pack-layout.ts';

export interface ReadFooter {
  readonly store: Pick<BlobStore, 'get'>;
  readonly compute: Compute;
  readonly footerKey: SealingKey;
  readonly pack: string;
  /** Length of the blob. */
  readonly length: number;
}

/** Two reads at the end of the pack. E_REPOSITORY_DAMAGED, E_BLOB_NOT_FOUND, E_BLOB_ARCHIVED. */
export async function readFooter(options: ReadFooter): Promise<PackFooter> {
  const { store, compute, footerKey, pack, length } = options;
  const trailerAt = length - trailerBytes;
  if (trailerAt < 0) throw damaged('the pack is shorter than its trailer');
  const end = await store.get(pack, { offset: trailerAt, length: trailerBytes });
  const { footerBytes, segments } = decodeTrailer(end.bytes);
  if (footerBytes > trailerAt) throw damaged('the footer is longer than the pack');
  const range = { offset: trailerAt - footerBytes, length: footerBytes };
  const { bytes } = await store.get(pack, range);
  const footer = decodeFooter(await openBox(compute, { key: footerKey, kind: 'footer' }, bytes));
  if (footer.pack !== pack) throw damaged(`its footer is that of ${footer.pack}`);
  if (footer.segments.length !== segments) throw damaged('its trailer counts other segments');
  return footer;
}
