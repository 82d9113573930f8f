/** What the frames of a segment hold; part of their associated data. */
export const segmentKinds = {
  data: 1,
  catalog: 2,
  index: 3,
  table: 4,
  record: 5,
  syncState: 6,
  footer: 7,
  key: 8,
  erasure: 9,
  relocation: 10,
  names: 11,
} as const;

export type SegmentKind = keyof typeof segmentKinds;
