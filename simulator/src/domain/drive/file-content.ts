/** The bytes of one version of a file, wherever they lie. Immutable. */
export interface FileContent {
  readonly sizeBytes: number;
  /** Yields the bytes from `start` to `end` (exclusive), in pieces of bounded size. */
  read(range: { start: number; end: number }): AsyncIterable<Uint8Array>;
  /** Hashes of the whole content; computed once, when first asked for. */
  digests(): Promise<ContentDigests>;
}

export type ContentDigests = {
  /** Base64, as the service shows it. */
  readonly quickXorHash: string;
  /** Hexadecimal; never shown by the service, for the truth alone. */
  readonly sha256: string;
};
