import { concatBytes } from '../bytes.ts';
import type { Base64Lines } from '../catalog/row.ts';
import { bytesOfCharacters, columnAfter } from './base64-lines.ts';

/** Bytes that are encoded at once; a multiple of 3. */
const blockBytes = 48 * 1024;

/** Encodes bytes that come one after the other, in bounded memory. */
export class Base64Encoder {
  readonly #lines: Base64Lines;
  readonly #lineEnd: Buffer;
  #column: number;
  /** Fewer than three bytes. */
  #held: Uint8Array = new Uint8Array();

  /** @param groups of three bytes that were encoded before these */
  constructor(lines: Base64Lines, groups = 0) {
    this.#lines = lines;
    this.#lineEnd = Buffer.from(lines.lineEnd, 'latin1');
    this.#column = columnAfter(lines, groups * 4);
  }

  *push(bytes: Uint8Array): Generator<Uint8Array> {
    const all = this.#held.length === 0 ? bytes : concatBytes([this.#held, bytes]);
    const whole = all.length - (all.length % 3);
    for (let at = 0; at < whole; at += blockBytes) {
      yield this.#encode(all.subarray(at, Math.min(at + blockBytes, whole)));
    }
    this.#held = Uint8Array.from(all.subarray(whole));
  }

  *end(): Generator<Uint8Array> {
    if (this.#held.length > 0) yield this.#encode(this.#held);
    this.#held = new Uint8Array();
  }

  #encode(bytes: Uint8Array): Uint8Array {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
    if (this.#lines.lineLength === 0) return Buffer.from(text, 'latin1');
    const out = Buffer.allocUnsafeSlow(bytesOfCharacters(this.#lines, text.length, this.#column));
    const begin = out.length - text.length;
    out.write(text, begin, 'latin1');
    this.#moveInLines(out, begin);
    return out;
  }

  /** Moves the characters, which lie at the end, forward to their places, with line ends between. */
  #moveInLines(out: Buffer, begin: number): void {
    const { lineLength } = this.#lines;
    let to = 0;
    for (let from = begin; from < out.length; ) {
      if (this.#column === lineLength) {
        to += this.#lineEnd.copy(out, to);
        this.#column = 0;
      }
      const length = Math.min(lineLength - this.#column, out.length - from);
      out.copyWithin(to, from, from + length);
      to += length;
      from += length;
      this.#column += length;
    }
  }
}
