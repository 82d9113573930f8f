/** A key service (KMS) that wraps root keys: its own keys never leave it. */
export interface KeyService {
  /**
   * Seals a key of 32 bytes. @param context bound to the result, not secret
   * E_KEY_SERVICE_KEY_UNKNOWN, E_KEY_SERVICE_UNAVAILABLE
   */
  wrap(keyId: string, key: Uint8Array, context: string): Promise<Uint8Array>;
  /** Fails as wrap does; E_KEY_SERVICE_REFUSED when it was not wrapped so. */
  unwrap(keyId: string, wrapped: Uint8Array, context: string): Promise<Uint8Array>;
}
