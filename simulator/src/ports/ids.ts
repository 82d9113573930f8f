/** A source of fresh identifiers. Tests and seeds may supply a deterministic one. */
export interface Ids {
  /** A random UUID in lower case. */
  uuid(): string;
}
