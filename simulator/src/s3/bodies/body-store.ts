/** Where a body lies; opaque outside its store. */
export interface BodyRef {
  readonly id: number;
  readonly sizeBytes: number;
}

/** A body that is being written. */
export interface BodyWriter {
  /** The store may keep `piece` as it is: the caller MUST NOT change it afterwards. */
  write(piece: Uint8Array): Promise<void>;
  finish(): Promise<BodyRef>;
  /** Forgets what was written. */
  abandon(): Promise<void>;
}

/** Keeps the bytes of objects and parts. */
export interface BodyStore {
  create(): Promise<BodyWriter>;
  /** The bytes [start, end). */
  read(ref: BodyRef, start: number, end: number): AsyncIterable<Uint8Array>;
  remove(ref: BodyRef): Promise<void>;
  close(): Promise<void>;
}
