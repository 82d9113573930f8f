import { decodeJson } from '../json.ts';
import { packEndBytesMin } from '../pack/pack-layout.ts';
import { isCount, isRecordOf, isText } from '../shape.ts';

/** Where a segment lies: a value of the segment table. */
export interface SegmentPlace {
  readonly pack: string;
  /** Of the segment, in the pack. */
  readonly offset: number;
  readonly length: number;
  readonly keyId: string;
  /** Length of the blob; 0: not known when the place was written. */
  readonly packLength: number;
}

const isSegmentPlace = isRecordOf<SegmentPlace>({
  pack: isText,
  offset: isCount,
  length: isCount,
  keyId: isText,
  packLength: isCount,
});

/** A value of the segment table. E_REPOSITORY_DAMAGED */
export function decodePlace(value: Uint8Array): SegmentPlace {
  return decodeJson(value, isSegmentPlace);
}

/** Whether a pack of this size can hold the segment; 0: there is none. */
export function fitsSegment(
  { offset, length, packLength }: SegmentPlace,
  packSize: number,
): boolean {
  return packLength > 0 ? packSize === packLength : packSize >= offset + length + packEndBytesMin;
}
