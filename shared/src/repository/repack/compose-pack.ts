import type { StorageClass } from '../../storage-class/storage-class.ts';
import { concatBytes, sum, toHex } from '../bytes.ts';
import { ContentRecords } from '../pack/content-records.ts';
import type { FooterSegment } from '../pack/footer-segments.ts';
import type { WrittenFooter } from '../pack/manifests.ts';
import { encodeFooter, encodeTrailer, type PackSegment, packMagic } from '../pack/pack-layout.ts';
import {
  type Blob,
  type BlobComposer,
  type BlobPart,
  type BlobStore,
  type ByteRange,
  type Compute,
  type Entropy,
  partBytesMin,
} from '../ports.ts';
import { sealBox } from '../segment/box.ts';
import type { SealingKey } from '../segment/epoch-keys.ts';
import type { ComposedPack, RunOfObject } from './composed-pack.ts';
import type { ObjectCopy } from './object-copy.ts';

export interface ComposePack {
  readonly composer: BlobComposer;
  readonly sourceStore: BlobStore;
  readonly compute: Compute;
  readonly entropy: Entropy;
  readonly footerKey: SealingKey;
  /** Of its name, up to the random part. */
  readonly namePrefix: string;
  readonly storageClass: StorageClass;
  readonly signal?: AbortSignal | undefined;
}

/** What was put together, and where its segments lie now. */
export interface WrittenComposition {
  readonly footer: WrittenFooter;
  readonly packLength: number;
  readonly segments: ReadonlyMap<ObjectCopy, readonly FooterSegment[]>;
}

interface PlacedRun {
  readonly run: RunOfObject;
  /** Of the run's first byte in the target. */
  readonly start: number;
}

/** Makes one pack of runs: the storage copies them, footer and trailer are sent. */
export async function composePack(
  options: ComposePack,
  { runs }: ComposedPack,
): Promise<WrittenComposition> {
  const { entropy, composer, namePrefix, storageClass, signal } = options;
  const pack = namePrefix + toHex(entropy.randomBytes(16));
  const placed = placeRuns(runs);
  const segments = movedSegments(placed);
  const footer = footerOf(pack, [...segments.values()].flat());
  const end = await endOf(options, footer);
  const parts = [...(await partsOf(options, placed)), { bytes: end }];
  await composer.compose(pack, parts, {
    ifAbsent: true,
    storageClass,
    ...(signal === undefined ? {} : { signal }),
  });
  const packLength = packMagic.length + sum(runs.map(({ length }) => length)) + end.length;
  return { footer, packLength, segments };
}

/** The one that begins as packs do comes first: its beginning becomes that of the pack. */
function placeRuns(runs: readonly RunOfObject[]): PlacedRun[] {
  const isFirst = ({ offset }: RunOfObject) => offset === packMagic.length;
  const first = runs.find(isFirst);
  const inOrder = first === undefined ? runs : [first, ...runs.filter((run) => run !== first)];
  let start = packMagic.length;
  return inOrder.map((run) => {
    start += run.length;
    return { run, start: start - run.length };
  });
}

function movedSegments(placed: readonly PlacedRun[]): Map<ObjectCopy, FooterSegment[]> {
  const moved = new Map<ObjectCopy, FooterSegment[]>();
  for (const { run, start } of placed) {
    const known = moved.get(run.copy) ?? [];
    moved.set(run.copy, known);
    for (const segment of run.stored) {
      const offset = start + segment.identity.offset - run.offset;
      known.push({ ...segment, identity: { ...segment.identity, offset } });
    }
  }
  return moved;
}

function footerOf(pack: string, moved: readonly FooterSegment[]): WrittenFooter {
  const records = new ContentRecords();
  const segments: PackSegment[] = [];
  for (const { identity, contents } of moved) {
    for (const [contentId, { frame, offset, length }] of contents) {
      records.add({ contentId, segment: segments.length, frame, offset, length });
    }
    segments.push(identity);
  }
  return { pack, segments, records: records.parts() };
}

async function endOf(
  { compute, entropy, footerKey }: ComposePack,
  { pack, segments, records }: WrittenFooter,
): Promise<Uint8Array> {
  const plain = encodeFooter({ pack, segments }, records);
  const footer = await sealBox({ compute, entropy }, { key: footerKey, kind: 'footer' }, plain);
  const trailer = encodeTrailer({ footerBytes: footer.length, segments: segments.length });
  return concatBytes([footer, trailer]);
}

async function partsOf(
  { sourceStore, signal }: ComposePack,
  placed: readonly PlacedRun[],
): Promise<BlobPart[]> {
  const parts: BlobPart[] = [];
  for (const { run, start } of placed) {
    const { pack, offset, length } = run;
    const isBeginning = start === packMagic.length;
    if (!isBeginning) parts.push({ from: pack, range: { offset, length } });
    else if (offset === start)
      parts.push({ from: pack, range: { offset: 0, length: start + length } });
    else parts.push(...(await begun(run, (range) => sourceStore.get(pack, range, signal))));
  }
  return parts;
}

/** No run begins as packs do: the least that a part may have is sent. */
async function begun(
  { pack, offset, length }: RunOfObject,
  get: (range: ByteRange) => Promise<Pick<Blob, 'bytes'>>,
): Promise<BlobPart[]> {
  const sent = length < 2 * partBytesMin ? length : partBytesMin;
  const { bytes } = await get({ offset, length: sent });
  const first = { bytes: concatBytes([packMagic, bytes]) };
  if (sent === length) return [first];
  return [first, { from: pack, range: { offset: offset + sent, length: length - sent } }];
}
