/** A seeded source of chance (xorshift128). Equal seeds give equal sequences. */
export class Prng {
  readonly #s: Uint32Array;

  constructor(seed: number) {
    this.#s = new Uint32Array(4);
    let z = seed >>> 0;
    for (let i = 0; i < 4; i += 1) {
      z = (z + 0x9e3779b9) >>> 0;
      let mixed = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
      mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
      this.#s[i] = (mixed ^ (mixed >>> 15)) >>> 0;
    }
  }

  /** 0 ≤ x < 2^32 */
  next(): number {
    const s = this.#s;
    let t = s[3] ?? 0;
    const first = s[0] ?? 0;
    s[3] = s[2] ?? 0;
    s[2] = s[1] ?? 0;
    s[1] = first;
    t ^= t << 11;
    t ^= t >>> 8;
    s[0] = t ^ first ^ (first >>> 19);
    return s[0];
  }

  /** A new generator that goes its own way. */
  fork(): Prng {
    return new Prng(this.next());
  }

  chance(probability: number): boolean {
    return this.next() < probability * 0x1_0000_0000;
  }

  /** An integer, from ≤ x < to. */
  between(from: number, to: number): number {
    return from + Math.floor((this.next() / 0x1_0000_0000) * (to - from));
  }

  pick<T>(items: readonly T[]): T | undefined {
    return items[this.between(0, items.length)];
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i += 1) bytes[i] = this.next() & 0xff;
    return bytes;
  }

  hex(length: number): string {
    return Buffer.from(this.bytes(length)).toString('hex');
  }
}
