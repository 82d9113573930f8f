import { hash } from 'node:crypto';

/** What a session has seen of an item. */
export interface Sighting {
  /** Number of the enumeration that saw it last. */
  readonly enumeration: number;
  /** Whether the state is the one asked about. */
  readonly sameState: boolean;
}

/** 12 bytes of id, 8 of state, 4 of enumeration. */
const wordsPerEntry = 6;
const firstCapacity = 1024;

/**
 * Which items a session has seen, in 24 bytes each (48 with room to grow): ids
 * and states are kept as digests. Open addressing with linear probing; entries
 * are forgotten by setting their enumeration to 0.
 */
export class SeenItems {
  #words = new Uint32Array(firstCapacity * wordsPerEntry);
  #capacity = firstCapacity;
  #size = 0;

  /** @param state any text that changes whenever the item does */
  find(itemId: string, state: string): Sighting | undefined {
    const key = digest(itemId);
    const at = this.#slotOf(key);
    const enumeration = this.#words[at + 5] ?? 0;
    if (enumeration === 0) return undefined;
    const sought = digest(state);
    const sameState = this.#words[at + 3] === sought[0] && this.#words[at + 4] === sought[1];
    return { enumeration, sameState };
  }

  /** @param enumeration 1 or more */
  put(itemId: string, state: string, enumeration: number): void {
    if ((this.#size + 1) * 2 > this.#capacity) this.#grow();
    const key = digest(itemId);
    const at = this.#slotOf(key);
    if (this.#isFree(at)) this.#size += 1;
    this.#words.set(key, at);
    this.#words.set(digest(state).subarray(0, 2), at + 3);
    this.#words[at + 5] = enumeration;
  }

  forget(itemId: string): void {
    const at = this.#slotOf(digest(itemId));
    this.#words[at + 5] = 0;
  }

  #slotOf(key: Uint32Array): number {
    let slot = (key[0] ?? 0) % this.#capacity;
    for (;;) {
      const at = slot * wordsPerEntry;
      if (this.#isFree(at) || this.#isKey(at, key)) return at;
      slot = (slot + 1) % this.#capacity;
    }
  }

  #isFree(at: number): boolean {
    const words = this.#words;
    return words[at] === 0 && words[at + 1] === 0 && words[at + 2] === 0;
  }

  #isKey(at: number, key: Uint32Array): boolean {
    const words = this.#words;
    return words[at] === key[0] && words[at + 1] === key[1] && words[at + 2] === key[2];
  }

  #grow(): void {
    const old = this.#words;
    this.#capacity *= 2;
    this.#words = new Uint32Array(this.#capacity * wordsPerEntry);
    for (let at = 0; at < old.length; at += wordsPerEntry) {
      const entry = old.subarray(at, at + wordsPerEntry);
      const used = entry.some((word) => word !== 0);
      if (used) this.#words.set(entry, this.#slotOf(entry.subarray(0, 3)));
    }
  }
}

/** 96 bits of SHA-256: a clash among a million ids has a chance of 10⁻¹⁷. */
function digest(text: string): Uint32Array {
  const bytes = hash('sha256', text, 'buffer');
  return Uint32Array.of(bytes.readUInt32LE(0), bytes.readUInt32LE(4), bytes.readUInt32LE(8));
}
