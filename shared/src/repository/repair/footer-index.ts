import { mustThaw } from '../../storage-class/storage-class.ts';
import { sum } from '../bytes.ts';
import type { SharedSegmentKeys } from '../check/shared-segment-keys.ts';
import { isSharedPlace } from '../object/segment-place.ts';
import type { OpenContext } from '../open-context.ts';
import type { PackContent, PackFooter, PackSegment } from '../pack/pack-layout.ts';
import { readStoredFooter } from '../pack/stored-footer.ts';
import type { PlacedContent } from '../read/placed-content.ts';
import type { StoredPacks } from './stored-packs.ts';

/** Where contents lie by the word of the packs themselves. */
export interface FooterIndex {
  /**
   * Any of the places that can be used, and lies under one of the keys or in a shared segment:
   * that one's key opens with the key that its place names, which may be another object's.
   */
  find(contentId: string, isOwnKey: (keyId: string) => boolean): PlacedContent | undefined;
  /** Archived packs of which neither footer nor manifest could be read. */
  readonly coldPacks: number;
}

export interface WantedContents {
  /** Ids. */
  readonly needed: ReadonlySet<string>;
  readonly sharedKeys: SharedSegmentKeys;
}

/** Reads the footers or manifests of all packs, one or two requests each, and keeps what is needed. */
export async function readFooters(
  context: OpenContext,
  packs: StoredPacks,
  wanted: WantedContents,
): Promise<FooterIndex> {
  const { needed, sharedKeys } = wanted;
  const found = new Map<string, PlacedContent[]>();
  let coldPacks = 0;
  for (const info of needed.size === 0 ? [] : packs.infos.values()) {
    if (context.log.state.condemned.has(info.name)) continue;
    const footer = await readStoredFooter(context, info);
    if (footer === undefined) {
      coldPacks += mustThaw(info.storageClass) ? 1 : 0;
      continue;
    }
    for (const [id, placed] of placedContents(footer, info.size, needed)) {
      const keyed = await withKey(sharedKeys, placed);
      if (keyed !== undefined) keep(found, id, keyed);
    }
  }
  const find: FooterIndex['find'] = (contentId, isOwnKey) =>
    found.get(contentId)?.find((placed) => {
      const { place } = placed;
      return (isSharedPlace(place) || isOwnKey(place.keyId)) && packs.isUsable(placed);
    });
  return { find, coldPacks };
}

/** By the row of any object whose key is there; undefined: it is lost. */
async function withKey(
  sharedKeys: SharedSegmentKeys,
  { address, place }: PlacedContent,
): Promise<PlacedContent | undefined> {
  if (!isSharedPlace(place)) return { address, place };
  const { keyId, segmentKey } = place;
  const found = await sharedKeys.find(place.pack, { id: address.segment, keyId, segmentKey });
  if (found === undefined) return undefined;
  return { address, place: { ...place, keyId: found.keyId, segmentKey: found.segmentKey } };
}

function* placedContents(
  { pack, segments, contents }: PackFooter,
  packLength: number,
  needed: ReadonlySet<string>,
): Generator<readonly [string, PlacedContent]> {
  for (const content of contents) {
    const segment = segments[content.segment];
    if (segment?.kind !== 'data' || !needed.has(content.contentId)) continue;
    const { keyId, segmentKey, offset } = segment;
    const length = sum(segment.frames);
    const place = { pack, offset, length, packLength, keyId, segmentKey };
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
