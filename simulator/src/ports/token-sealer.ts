/** What may be carried inside a token. */
export type TokenPayload = Readonly<Record<string, string | number | boolean | null>>;

/**
 * Makes opaque, signed, URL-safe tokens: delta and skip tokens, import, download and upload URLs.
 * A token that was changed by even one character MUST NOT open.
 */
export interface TokenSealer {
  seal(payload: TokenPayload): string;
  /** The payload, or null when the token was not made here or was changed. */
  open(token: string): TokenPayload | null;
}
