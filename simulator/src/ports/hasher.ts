/** A running SHA-256. */
export interface Sha256 {
  update(part: string | Uint8Array): Sha256;
  /** Lower-case hexadecimal; the hash cannot be updated afterwards. */
  hex(): string;
}

/** Hashing is a port so that the domain needs nothing of the platform. */
export interface Hasher {
  sha256(): Sha256;
}
