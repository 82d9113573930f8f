/**
 * Which segments were met already, in 8 bytes each: the first half of the id,
 * which is random, in an open hash table. Two segments that share it are taken
 * for one; among 10 million that happens once in 300,000 repositories. So it is
 * for counting bytes only, never for what is deleted.
 */
export class SeenSegments {
  #slots = new BigUint64Array(1024);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** True the first time. */
  add(segment: string): boolean {
    if ((this.#size + 1) * 3 > this.#slots.length * 2) this.#grow();
    // 0 marks a free slot.
    const isNew = insert(this.#slots, BigInt(`0x${segment.slice(0, 16)}`) | 1n);
    if (isNew) this.#size += 1;
    return isNew;
  }

  #grow(): void {
    const larger = new BigUint64Array(this.#slots.length * 2);
    for (const key of this.#slots) if (key !== 0n) insert(larger, key);
    this.#slots = larger;
  }
}

function insert(slots: BigUint64Array, key: bigint): boolean {
  const mask = slots.length - 1;
  let at = Number((key >> 1n) & 0x1fff_ffffn) & mask;
  for (;;) {
    const known = slots[at];
    if (known === key) return false;
    if (known === 0n) {
      slots[at] = key;
      return true;
    }
    at = (at + 1) & mask;
  }
}
