/** Where bytes lie in the spool. */
export interface SpoolRef {
  readonly offset: number;
  readonly sizeBytes: number;
}

/**
 * An append-only store for what clients hand in (imported streams, uploaded content), so that
 * it need not live in memory. What was appended stays readable until the simulator ends.
 */
export interface Spool {
  append(bytes: Uint8Array): Promise<SpoolRef>;
  /** Reads the whole of `ref`, or the bytes [start, end) of it. */
  read(ref: SpoolRef, start?: number, end?: number): Promise<Uint8Array>;
}
