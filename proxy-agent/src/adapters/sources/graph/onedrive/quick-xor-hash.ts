const registerBytes = 20;
const registerBits = registerBytes * 8;
const bitsPerByte = 11;

/**
 * The hash that OneDrive for Business states of files: byte n is XORed into a
 * ring of 160 bits at bit 11·n, at last the length into the final 8 bytes, least
 * significant first. [Microsoft: quickxorhash]
 */
export class QuickXorHash {
  readonly #register = new Uint8Array(registerBytes);
  #bit = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  update(bytes: Uint8Array): void {
    const register = this.#register;
    let bit = this.#bit;
    for (const byte of bytes) {
      const at = bit >> 3;
      const shifted = byte << (bit & 7);
      register[at] = (register[at] ?? 0) ^ (shifted & 0xff);
      const next = at === registerBytes - 1 ? 0 : at + 1;
      register[next] = (register[next] ?? 0) ^ (shifted >> 8);
      bit += bitsPerByte;
      if (bit >= registerBits) bit -= registerBits;
    }
    this.#bit = bit;
    this.#length += bytes.length;
  }

  /** Base64, as the service writes it. */
  digest(): string {
    const result = Buffer.from(this.#register);
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(this.#length));
    for (const [index, byte] of length.entries()) {
      const at = registerBytes - 8 + index;
      result[at] = (result[at] ?? 0) ^ byte;
    }
    return result.toString('base64');
  }
}
