import type { Base64Lines } from '../catalog/row.ts';

/** One part of an item, from its first byte to its last: the same object for all of its bytes. */
export interface SplitPart {
  /** Set: the bytes are decoded, and encode to those of the item. */
  readonly base64: Base64Lines | undefined;
}

export interface PartBytes {
  readonly part: SplitPart;
  /** Not empty. Valid until the next ones are asked for. */
  readonly bytes: Uint8Array;
}

/** Splits the bytes of one item, given one after the other. */
export interface ItemSplitter {
  /** What is decided by now. To be read to its end before the next call. */
  push(bytes: Uint8Array): Iterable<PartBytes>;
  /** The rest. */
  end(): Iterable<PartBytes>;
}

/**
 * Cuts an item into parts that are stored on their own. MUST: the parts in
 * order, those with base64 encoded, are the item's bytes, whatever they are.
 */
export interface ContentSplitter {
  open(): ItemSplitter;
}
