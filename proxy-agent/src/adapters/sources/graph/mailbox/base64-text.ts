import { decodeBase64 } from '@firn/shared/compute/base64/decode-base64';
import { ByteCollector } from '@firn/shared/memory/byte-collector';

const backslash = 0x5c;
/** The beginning of an escape whose end has not arrived. */
const openEscape = /\\(?:u[0-9a-fA-F]{0,3})?$/;
/** What is left to decode when all whole groups of sixteen characters are done. */
const lastCharacters = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * Decodes base64 that stands in a JSON string and arrives in pieces of any length.
 * JSON may escape any of its characters: some writers do so with `/`, some with `+`
 * (RFC 8259, section 7). What is no base64 is told at the end.
 */
export class Base64Text {
  readonly #bytes = new ByteCollector();
  #escape = '';
  /** Less than a group of four characters. */
  readonly #group = Buffer.alloc(4);
  #groupSize = 0;
  #isPadded = false;
  #isBroken = false;

  /** Decoded so far, in bytes. */
  get size(): number {
    return this.#bytes.size;
  }

  push(text: Buffer): void {
    if (this.#isBroken) return;
    const isPlain = this.#escape === '' && !text.includes(backslash);
    this.#take(isPlain ? text : this.#unescaped(text));
  }

  /** What it decodes to, and begins anew; undefined: it is no base64. */
  finish(): Buffer | undefined {
    const isWhole = !this.#isBroken && this.#escape === '' && this.#groupSize === 0;
    const bytes = isWhole ? this.#bytes.take() : undefined;
    this.clear();
    return bytes;
  }

  /** Frees its memory. */
  discard(): void {
    this.clear();
    this.#bytes.discard();
  }

  clear(): void {
    this.#bytes.clear();
    this.#escape = '';
    this.#groupSize = 0;
    this.#isPadded = false;
    this.#isBroken = false;
  }

  #unescaped(text: Buffer): Buffer {
    const joined = this.#escape + text.toString('latin1');
    this.#escape = openEscape.exec(joined)?.[0] ?? '';
    const whole = joined.slice(0, joined.length - this.#escape.length);
    try {
      return Buffer.from(JSON.parse(`"${whole}"`), 'latin1');
    } catch {
      this.#isBroken = true;
      return Buffer.alloc(0);
    }
  }

  #take(characters: Buffer): void {
    const missing = this.#groupSize === 0 ? 0 : 4 - this.#groupSize;
    this.#hold(characters.subarray(0, missing));
    if (this.#groupSize === 4) {
      this.#decode(this.#group);
      this.#groupSize = 0;
    }
    const rest = characters.subarray(missing);
    const whole = rest.length - (rest.length % 4);
    this.#decode(rest.subarray(0, whole));
    this.#hold(rest.subarray(whole));
  }

  #hold(characters: Buffer): void {
    this.#group.set(characters, this.#groupSize);
    this.#groupSize += characters.length;
  }

  #decode(characters: Buffer): void {
    if (characters.length === 0) return;
    const target = this.#bytes.reserve(Math.ceil(characters.length / 4) * 3);
    const done = decodeBase64(target, characters);
    const last = characters.toString('latin1', done);
    if (this.#isPadded || !lastCharacters.test(last)) {
      this.#isBroken = true;
      return;
    }
    this.#isPadded = last.endsWith('=');
    const bytes = (done / 4) * 3;
    this.#bytes.advance(bytes + target.subarray(bytes).write(last, 'base64'));
  }
}
