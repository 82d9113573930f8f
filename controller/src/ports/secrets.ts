/** Random ids and one-way hashes. */
export interface Secrets {
  uuid(): string;
  /** 256 random bits, base64url. */
  token(): string;
  /** SHA-256 of a token: random secrets need no slow hash. */
  hash(token: string): Uint8Array;
  /** In constant time. */
  equal(a: Uint8Array, b: Uint8Array): boolean;
}

/** What the master key protects. The key itself never leaves the adapter. */
export interface Vault {
  /**
   * @param purpose what the secret is, e.g. `organization:<id>`: a secret that
   * was moved to another row does not open.
   */
  seal(plain: Uint8Array, purpose: string): Uint8Array;
  /** Fails with E_MASTER_KEY_MISMATCH. */
  open(sealed: Uint8Array, purpose: string): Uint8Array;
  /** HMAC-SHA-256: tells equal texts without telling what they are. */
  fingerprint(text: string): Uint8Array;
}
