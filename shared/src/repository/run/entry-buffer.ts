import { discard } from '../../memory/discard.ts';
import { readU32, writeU32 } from '../bytes.ts';
import type { RunEntry } from './run-layout.ts';

/** Memory of this size and more goes back to the system as soon as it is free. */
const blockBytes = 64 * 1024;
const lengthBytes = 4;
/** Of an entry beside key and value: its slot in the map, and the head of its key. */
const overheadBytes = 100;
const removed = -1;

/**
 * Entries that are not written as a run yet. Their values lie end to end in a
 * few blocks: a buffer of its own for each would take several times its size.
 */
export class EntryBuffer {
  /** Of each value: number of its block times blockBytes, plus its place in the block. */
  readonly #places = new Map<string, number>();
  readonly #blocks: Uint8Array[] = [];
  /** Of the last block. */
  #usedBytes = 0;
  #keyBytes = 0;
  #valueBytes = 0;

  /** What it takes in memory, about. */
  get bytes(): number {
    return this.#keyBytes + this.#valueBytes;
  }

  get size(): number {
    return this.#places.size;
  }

  has(key: string): boolean {
    return this.#places.has(key);
  }

  /** Good until clear; undefined: removed, or not there. */
  get(key: string): Uint8Array | undefined {
    const place = this.#places.get(key) ?? removed;
    return place === removed ? undefined : this.#valueAt(place);
  }

  /** Takes a copy. @param value undefined: removed */
  set(key: string, value: Uint8Array | undefined): void {
    if (!this.#places.has(key)) this.#keyBytes += key.length + overheadBytes;
    this.#places.set(key, value === undefined ? removed : this.#append(value));
  }

  /** In order of keys. Values are good until clear. */
  *sorted(): Generator<RunEntry> {
    for (const key of [...this.#places.keys()].sort()) yield { key, value: this.get(key) };
  }

  clear(): void {
    this.#places.clear();
    for (const block of this.#blocks.splice(0)) discard(block);
    this.#usedBytes = 0;
    this.#keyBytes = 0;
    this.#valueBytes = 0;
  }

  #append(value: Uint8Array): number {
    const length = lengthBytes + value.length;
    const last = this.#blocks.at(-1);
    const hasRoom = last !== undefined && this.#usedBytes + length <= last.length;
    const block = hasRoom ? last : this.#newBlock(length);
    const start = this.#usedBytes;
    writeU32(block, start, value.length);
    block.set(value, start + lengthBytes);
    this.#usedBytes += length;
    this.#valueBytes += length;
    return (this.#blocks.length - 1) * blockBytes + start;
  }

  /** A value that is larger has a block of its own. */
  #newBlock(lengthMin: number): Uint8Array {
    const block = new Uint8Array(Math.max(blockBytes, lengthMin));
    this.#blocks.push(block);
    this.#usedBytes = 0;
    return block;
  }

  #valueAt(place: number): Uint8Array {
    const block = this.#blocks[Math.floor(place / blockBytes)] ?? new Uint8Array(lengthBytes);
    const start = (place % blockBytes) + lengthBytes;
    return block.subarray(start, start + readU32(block, start - lengthBytes));
  }
}
