const WIDTH_BITS = 160;
const SHIFT_BITS = 11;
const WIDTH_BYTES = WIDTH_BITS / 8;

/**
 * The content hash of OneDrive for Business: each byte is XORed into a 160-bit register, 11 bits
 * further than the byte before it, and the length into the last 64 bits
 * [Microsoft: quickxorhash]. Bytes that are 160 apart meet at the same bit, so they are first
 * folded together and placed only once, in `digest`.
 */
export class QuickXorHash {
  readonly #folded = new Uint8Array(WIDTH_BITS);
  #position = 0;
  #lengthBytes = 0;

  update(bytes: Uint8Array): this {
    const folded = this.#folded;
    let position = this.#position;
    for (let i = 0; i < bytes.length; i += 1) {
      folded[position] = (folded[position] ?? 0) ^ (bytes[i] ?? 0);
      position = position === WIDTH_BITS - 1 ? 0 : position + 1;
    }
    this.#position = position;
    this.#lengthBytes += bytes.length;
    return this;
  }

  /** The hash of everything so far, in base64 as `file.hashes.quickXorHash` shows it. */
  digest(): string {
    const register = Buffer.alloc(WIDTH_BYTES);
    this.#folded.forEach((byte, index) => {
      const bit = (index * SHIFT_BITS) % WIDTH_BITS;
      xorAtBit(register, bit, byte);
    });
    xorLength(register, this.#lengthBytes);
    return register.toString('base64');
  }
}

function xorAtBit(register: Uint8Array, bit: number, byte: number): void {
  const first = bit >> 3;
  const second = (first + 1) % WIDTH_BYTES;
  const spread = byte << (bit & 7);
  register[first] = (register[first] ?? 0) ^ (spread & 0xff);
  register[second] = (register[second] ?? 0) ^ (spread >> 8);
}

function xorLength(register: Uint8Array, lengthBytes: number): void {
  let rest = BigInt(lengthBytes);
  for (let i = WIDTH_BYTES - 8; i < WIDTH_BYTES; i += 1) {
    register[i] = (register[i] ?? 0) ^ Number(rest & 0xffn);
    rest >>= 8n;
  }
}
