/** Which segments share a pack. docs/adr/0006. */

export interface WaitingSegment {
  readonly segment: string;
  /** Sealed bytes. */
  readonly length: number;
}

export interface WaitingObject<S extends WaitingSegment> {
  readonly objectId: string;
  /** In the order in which they are to lie. */
  readonly segments: readonly S[];
}

/** Of the configured size. */
export const fullShareMin = 0.95;
const overfullShare = 1.02;

class Pack<S extends WaitingSegment> {
  readonly segments: S[] = [];
  bytes = 0;

  add(segments: readonly S[]): void {
    this.segments.push(...segments);
    this.bytes += bytesOf(segments);
  }
}

/**
 * Puts objects together: each whole in one pack if it fits, else in as many of its
 * own as it fills. Only when nothing else makes a pack full one object is cut.
 * @param objects the first ones are placed first
 * @param all packs that are not full are answered too
 */
export function fillPacks<S extends WaitingSegment>(
  objects: readonly WaitingObject<S>[],
  { packBytes, all }: { readonly packBytes: number; readonly all: boolean },
): readonly (readonly S[])[] {
  const full: Pack<S>[] = [];
  const rest: S[][] = [];
  for (const { segments } of objects) {
    const { own, left } = ownPacks(segments, packBytes);
    full.push(...own);
    if (left.length > 0) rest.push(left);
  }
  const shared = sharePacks(rest, packBytes);
  const isFull = ({ bytes }: Pack<S>) => bytes >= packBytes * fullShareMin;
  return [...full, ...shared.filter((pack) => all || isFull(pack))].map((pack) => pack.segments);
}

/** Full packs of one object, and what is left. */
function ownPacks<S extends WaitingSegment>(segments: readonly S[], packBytes: number) {
  const own: Pack<S>[] = [];
  let pack = new Pack<S>();
  for (const segment of segments) {
    pack.add([segment]);
    if (pack.bytes < packBytes) continue;
    own.push(pack);
    pack = new Pack();
  }
  return { own, left: pack.segments };
}

function sharePacks<S extends WaitingSegment>(rest: readonly S[][], packBytes: number): Pack<S>[] {
  const waiting = [...rest];
  const packs: Pack<S>[] = [];
  while (waiting.length > 0) {
    const pack = new Pack<S>();
    packs.push(pack);
    for (let at = fitting(waiting, pack, packBytes); at >= 0; ) {
      pack.add(waiting.splice(at, 1)[0] ?? []);
      at = fitting(waiting, pack, packBytes);
    }
    if (pack.bytes < packBytes * fullShareMin) cutInto(pack, waiting, packBytes);
  }
  return packs;
}

/** The first that fits into it whole; -1: none does. */
function fitting<S extends WaitingSegment>(
  waiting: readonly S[][],
  { bytes }: Pack<S>,
  packBytes: number,
): number {
  if (bytes >= packBytes * fullShareMin) return -1;
  const room = packBytes * overfullShare - bytes;
  const at = waiting.findIndex((segments) => bytesOf(segments) <= room);
  return bytes === 0 && at < 0 && waiting.length > 0 ? 0 : at;
}

/** Fills it with the first part of an object. */
function cutInto<S extends WaitingSegment>(pack: Pack<S>, waiting: S[][], packBytes: number): void {
  const segments = waiting[0];
  if (segments === undefined) return;
  let taken = 0;
  for (const segment of segments) {
    if (pack.bytes >= packBytes * fullShareMin) break;
    pack.add([segment]);
    taken += 1;
  }
  segments.splice(0, taken);
  if (segments.length === 0) waiting.shift();
}

function bytesOf(segments: readonly WaitingSegment[]): number {
  return segments.reduce((sum, { length }) => sum + length, 0);
}
