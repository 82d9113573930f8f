import type { Base64Lines } from '../catalog/row.ts';
import { bytesOfCharacters, columnAfter } from './base64-lines.ts';

/** Characters that are decoded at once; a multiple of 4. */
const blockCharacters = 64 * 1024;
const padding = '='.charCodeAt(0);

export interface DecodedBlock {
  /** Encode to exactly the bytes that were consumed. Valid until the next block. */
  readonly decoded: Uint8Array;
  readonly consumedBytes: number;
  /** Nothing that follows can belong to it. */
  readonly isEnd: boolean;
}

/**
 * Decodes base64 of which nothing is known but its first line, as far as it
 * encodes to the same bytes: a proof, not a parser. Bounded memory.
 */
export class Base64Decoder {
  readonly #lines: Base64Lines;
  readonly #lineEnd: Buffer;
  readonly #characters = Buffer.allocUnsafe(blockCharacters);
  readonly #decoded = Buffer.allocUnsafe((blockCharacters / 4) * 3);
  #column = 0;

  constructor(lines: Base64Lines) {
    this.#lines = lines;
    this.#lineEnd = Buffer.from(lines.lineEnd, 'latin1');
  }

  /**
   * @param source what follows the bytes consumed so far
   * @param isLast nothing will follow the source
   * @returns at most 48 KiB; with nothing consumed and without isEnd it needs a longer source
   */
  decode(source: Buffer, isLast: boolean): DecodedBlock {
    const gathered = this.#gather(source, isLast);
    const pad = this.#characters.subarray(0, gathered.count).indexOf(padding);
    const isPadded = pad >= 0 && pad - (pad % 4) + 4 <= gathered.count;
    const count = isPadded ? pad - (pad % 4) + 4 : gathered.count - (gathered.count % 4);
    const proven = this.#prove(count);
    const consumedBytes = bytesOfCharacters(this.#lines, proven.characters, this.#column);
    this.#column = columnAfter(this.#lines, proven.characters, this.#column);
    const isStuck = isPadded || proven.characters < count || gathered.isBroken;
    const isEnd = isStuck || (isLast && gathered.isAll);
    return { decoded: proven.decoded, consumedBytes, isEnd };
  }

  /** Collects characters where the lines say that they are, whatever they are. */
  #gather(source: Buffer, isLast: boolean) {
    const { lineLength } = this.#lines;
    const width = lineLength === 0 ? Number.POSITIVE_INFINITY : lineLength;
    let column = this.#column;
    let at = 0;
    let count = 0;
    let isBroken = false;
    while (at < source.length && count < blockCharacters) {
      if (column === width) {
        const lineEndBytes = this.#lineEnd.length;
        if (source.length - at < lineEndBytes && !isLast) break;
        isBroken = !this.#isLineEnd(source, at);
        if (isBroken) break;
        at += lineEndBytes;
        column = 0;
      }
      const taken = Math.min(width - column, source.length - at, blockCharacters - count);
      source.copy(this.#characters, count, at, at + taken);
      at += taken;
      count += taken;
      column += taken;
    }
    return { count, isBroken, isAll: at === source.length };
  }

  #isLineEnd(source: Buffer, at: number): boolean {
    for (let n = 0; n < this.#lineEnd.length; n += 1) {
      if (source[at + n] !== this.#lineEnd[n]) return false;
    }
    return true;
  }

  /** As many whole groups of the first `count` characters as encode to themselves. */
  #prove(count: number): { readonly characters: number; readonly decoded: Uint8Array } {
    const text = this.#characters.toString('latin1', 0, count);
    const length = this.#decoded.write(text, 'base64');
    const encoded = this.#decoded.toString('base64', 0, length);
    if (encoded === text) {
      return { characters: count, decoded: this.#decoded.subarray(0, length) };
    }
    const groups = Math.floor(firstDifference(encoded, text) / 4);
    return { characters: groups * 4, decoded: this.#decoded.subarray(0, groups * 3) };
  }
}

function firstDifference(a: string, b: string): number {
  let at = 0;
  while (at < a.length && at < b.length && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  return at;
}
