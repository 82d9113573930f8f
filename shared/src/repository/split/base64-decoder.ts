import type { Base64Lines } from '../catalog/row.ts';
import type { Compute } from '../ports.ts';
import { bytesOfCharacters, columnAfter } from './base64-lines.ts';

/** Characters that are decoded at once; a multiple of 4. */
const blockCharacters = 256 * 1024;
/** Those of the block in hand: nobody else decodes until it is done. */
const characters = Buffer.allocUnsafeSlow(blockCharacters);
/** Among so many there is one that is not of the alphabet, or they are the last. */
const decodedAtOnce = 16;
const padding = '='.charCodeAt(0);

export interface DecodedBlock {
  /** Encode to exactly the bytes that were consumed. Valid until the next block. */
  readonly decoded: Uint8Array;
  readonly consumedBytes: number;
  /** Nothing that follows can belong to it. */
  readonly isEnd: boolean;
}

export type Base64Compute = Pick<Compute, 'decodeBase64'>;

/**
 * Decodes base64 of which nothing is known but its first line, as far as it
 * encodes to the same bytes: a proof, not a parser. Bounded memory.
 */
export class Base64Decoder {
  readonly #lines: Base64Lines;
  readonly #lineEnd: Buffer;
  readonly #compute: Base64Compute;
  #decoded = Buffer.alloc(0);
  #column = 0;

  constructor(compute: Base64Compute, lines: Base64Lines) {
    this.#compute = compute;
    this.#lines = lines;
    this.#lineEnd = Buffer.from(lines.lineEnd, 'latin1');
  }

  /**
   * @param source what follows the bytes consumed so far
   * @param isLast nothing will follow the source
   * @returns at most 192 KiB; with nothing consumed and without isEnd it needs a longer source
   */
  decode(source: Buffer, isLast: boolean): DecodedBlock {
    const gathered = this.#gather(source, isLast);
    const pad = characters.subarray(0, gathered.count).indexOf(padding);
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
      source.copy(characters, count, at, at + taken);
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
    const bytes = (count / 4) * 3;
    if (this.#decoded.length < bytes) this.#decoded = Buffer.allocUnsafeSlow(bytes);
    const plain = this.#compute.decodeBase64(this.#decoded, characters.subarray(0, count));
    const rest = characters.toString('latin1', plain, Math.min(plain + decodedAtOnce, count));
    const room = this.#decoded.subarray((plain / 4) * 3);
    const length = room.write(rest, 'base64');
    const encoded = room.toString('base64', 0, length);
    if (encoded === rest) {
      const decoded = this.#decoded.subarray(0, (plain / 4) * 3 + length);
      return { characters: plain + rest.length, decoded };
    }
    const groups = plain / 4 + Math.floor(firstDifference(encoded, rest) / 4);
    return { characters: groups * 4, decoded: this.#decoded.subarray(0, groups * 3) };
  }
}

function firstDifference(a: string, b: string): number {
  let at = 0;
  while (at < a.length && at < b.length && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  return at;
}
