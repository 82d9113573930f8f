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
