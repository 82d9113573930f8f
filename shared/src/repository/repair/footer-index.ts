import { mustThaw } from '../../storage-class/storage-class.ts';
import { sum } from '../bytes.ts';
import { isDamage } from '../damaged.ts';
import type { ReadableKeys } from '../keys/readable-keys.ts';
import { isSharedKey } from '../keys/shared-key.ts';
import type { OpenContext } from '../open-context.ts';
import type { PackContent, PackFooter, PackSegment } from '../pack/pack-layout.ts';
import { readFooter } from '../pack/read-footer.ts';
import type { BlobInfo } from '../ports.ts';
import type { PlacedContent } from '../read/placed-content.ts';
import type { StoredPacks } from './stored-packs.ts';

/** Where contents lie by the word of the packs themselves. */
export interface FooterIndex {
  /** Any of the places that lies under one of the keys and can be used. None lies under a lost shared key. */
  find(contentId: string, isOwnKey: (keyId: string) => boolean): PlacedContent | undefined;
  /** Packs whose footers could not be read: cold ones. */
  readonly coldPacks: number;
}

export interface WantedContents {
  /** Ids. */
  readonly needed: ReadonlySet<string>;
  readonly keys: ReadableKeys;
}

/** Reads the footers of all packs, two requests each, and keeps what is needed. */
export async function readFooters(
  context: OpenContext,
  packs: StoredPacks,
  wanted: WantedContents,
): Promise<FooterIndex> {
  const { needed } = wanted;
  const found = new Map<string, PlacedContent[]>();
  let coldPacks = 0;
  for (const info of needed.size === 0 ? [] : packs.infos.values()) {
    if (context.log.state.condemned.has(info.name)) continue;
    if (mustThaw(info.storageClass)) coldPacks += 1;
    else
      for (const [id, placed] of await contentsOf(context, info, wanted)) keep(found, id, placed);
  }
  const find: FooterIndex['find'] = (contentId, isOwnKey) =>
    found.get(contentId)?.find((placed) => isOwnKey(placed.place.keyId) && packs.isUsable(placed));
  return { find, coldPacks };
}

async function contentsOf(
  context: OpenContext,
  { name: pack, size }: BlobInfo,
  { needed, keys }: WantedContents,
): Promise<readonly (readonly [string, PlacedContent])[]> {
  const { store, compute } = context.ports;
  const footerKey = context.keys.derived.footers;
  try {
    const footer = await readFooter({ store, compute, footerKey, pack, length: size });
    const shared = footer.segments.map(({ keyId }) => keyId).filter(isSharedKey);
    const lost = await keys.lostAmong(shared);
    const placed = [...placedContents(footer, size, needed)];
    return placed.filter(([, { place }]) => !lost.has(place.keyId));
  } catch (error) {
    // A pack without its footer tells nothing.
    if (!isDamage(error)) throw error;
    return [];
  }
}

function* placedContents(
  { pack, segments, contents }: PackFooter,
  packLength: number,
  needed: ReadonlySet<string>,
): Generator<readonly [string, PlacedContent]> {
  for (const content of contents) {
    const segment = segments[content.segment];
    if (segment?.kind !== 'data' || !needed.has(content.contentId)) continue;
    const { keyId, offset } = segment;
    const place = { pack, offset, length: sum(segment.frames), keyId, packLength };
    yield [content.contentId, { address: addressOf(segment, content), place }];
  }
}

function addressOf(segment: PackSegment, { frame, offset, length }: PackContent) {
  return {
    ...{ segment: segment.id, frame, offset, length },
    frameOffset: sum(segment.frames.slice(0, frame)),
    frameLength: segment.frames[frame] ?? 0,
  };
}

function keep(found: Map<string, PlacedContent[]>, id: string, placed: PlacedContent): void {
  const known = found.get(id);
  if (known === undefined) found.set(id, [placed]);
  else known.push(placed);
}
