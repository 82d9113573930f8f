import { decodeJson } from '../json.ts';
import { packEndBytesMin } from '../pack/pack-layout.ts';
import { isCount, isOptional, isRecordOf, isText } from '../shape.ts';

/** Where a segment lies: a value of the relocation table. */
export interface SegmentLocation {
  readonly pack: string;
  /** Of the segment, in the pack. */
  readonly offset: number;
  readonly length: number;
  /** Length of the blob; 0: not known when the place was written. */
  readonly packLength: number;
}

/** Where a segment of an object lies, and under what: a value of the object's segment table. */
export interface SegmentPlace extends SegmentLocation {
  /** Of a key of the object. */
  readonly keyId: string;
  /** The segment's key, wrapped under that one, base64; undefined: it follows from that one. */
  readonly segmentKey?: string | undefined;
}

const location = { pack: isText, offset: isCount, length: isCount, packLength: isCount };

const isSegmentLocation = isRecordOf<SegmentLocation>(location);

const isSegmentPlace = isRecordOf<SegmentPlace>({
  ...location,
  keyId: isText,
  segmentKey: isOptional(isText),
});

/** A value of the segment table. E_REPOSITORY_DAMAGED */
export function decodePlace(value: Uint8Array): SegmentPlace {
  return decodeJson(value, isSegmentPlace);
}

/** A value of the relocation table. E_REPOSITORY_DAMAGED */
export function decodeLocation(value: Uint8Array): SegmentLocation {
  const { pack, offset, length, packLength } = decodeJson(value, isSegmentLocation);
  return { pack, offset, length, packLength };
}

/** What the object's row says of its key, and where it lies by now; undefined: where the row says. */
export function movedTo(place: SegmentPlace, location: SegmentLocation | undefined): SegmentPlace {
  return location === undefined ? place : { ...place, ...location };
}

/** Its key follows from no object's: others may have it in rows of their own. */
export function isSharedPlace({ segmentKey }: Pick<SegmentPlace, 'segmentKey'>): boolean {
  return segmentKey !== undefined;
}

/** Whether a pack of this size can hold the segment; 0: there is none. */
export function fitsSegment(
  { offset, length, packLength }: SegmentLocation,
  packSize: number,
): boolean {
  return packLength > 0 ? packSize === packLength : packSize >= offset + length + packEndBytesMin;
}
