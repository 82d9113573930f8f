import { createHmac, timingSafeEqual } from 'node:crypto';
import type { TokenPayload, TokenSealer } from '../ports/token-sealer.ts';

const MAC_BYTES = 16;

/** Seals by HMAC-SHA-256, cut to 16 bytes, before the payload; base64url as a whole. */
export class HmacTokenSealer implements TokenSealer {
  readonly #key: Uint8Array;

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  seal(payload: TokenPayload): string {
    const plain = Buffer.from(JSON.stringify(payload), 'utf8');
    return Buffer.concat([this.#mac(plain), plain]).toString('base64url');
  }

  open(token: string): TokenPayload | null {
    const bytes = Buffer.from(token, 'base64url');
    if (bytes.length <= MAC_BYTES || bytes.toString('base64url') !== token) return null;
    const plain = bytes.subarray(MAC_BYTES);
    if (!timingSafeEqual(bytes.subarray(0, MAC_BYTES), this.#mac(plain))) return null;
    return JSON.parse(plain.toString('utf8')) as TokenPayload;
  }

  #mac(plain: Uint8Array): Buffer {
    return createHmac('sha256', this.#key).update(plain).digest().subarray(0, MAC_BYTES);
  }
}
