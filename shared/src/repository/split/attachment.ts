import type { Base64Lines } from '../catalog/row.ts';
import { type Base64Compute, Base64Decoder } from './base64-decoder.ts';
import type { PartBytes, SplitPart } from './content-splitter.ts';

export interface AttachmentOptions {
  readonly compute: Base64Compute;
  readonly lines: Base64Lines;
  /** To which its bytes belong when it is too small, or odd. */
  readonly raw: SplitPart;
  /** Decoded bytes from which on it is cut out. */
  readonly bytesMin: number;
}

/**
 * A base64 body. on probation (both forms are held) → cut out once it has
 * enough decoded bytes; or raw, when it ends before.
 */
export class Attachment {
  readonly #decoder: Base64Decoder;
  readonly #raw: SplitPart;
  readonly #decoded: SplitPart;
  readonly #bytesMin: number;
  #probation: { readonly raw: Uint8Array[]; readonly decoded: Uint8Array[] } | undefined;
  #probationBytes = 0;
  #isEnd = false;

  constructor({ compute, lines, raw, bytesMin }: AttachmentOptions) {
    this.#decoder = new Base64Decoder(compute, lines);
    this.#raw = raw;
    this.#decoded = { base64: lines };
    this.#bytesMin = bytesMin;
    this.#probation = { raw: [], decoded: [] };
  }

  get isEnd(): boolean {
    return this.#isEnd;
  }

  get isCutOut(): boolean {
    return this.#probation === undefined;
  }

  /** @returns how many bytes of the source are its own; what remains is to be given again */
  *take(source: Buffer, isLast: boolean): Generator<PartBytes, number> {
    let at = 0;
    for (;;) {
      const block = this.#decoder.decode(source.subarray(at), isLast);
      const raw = source.subarray(at, at + block.consumedBytes);
      at += block.consumedBytes;
      if (block.consumedBytes > 0) yield* this.#add(raw, block.decoded);
      this.#isEnd = block.isEnd;
      if (block.isEnd) break;
      if (block.consumedBytes === 0) return at;
    }
    yield* this.#failProbation();
    return at;
  }

  *#add(raw: Uint8Array, decoded: Uint8Array): Generator<PartBytes> {
    const probation = this.#probation;
    if (probation?.decoded.length === 0 && decoded.length >= this.#bytesMin) {
      this.#probation = undefined;
    }
    if (this.#probation === undefined || probation === undefined) {
      yield { part: this.#decoded, bytes: decoded };
      return;
    }
    probation.raw.push(Uint8Array.from(raw));
    probation.decoded.push(Uint8Array.from(decoded));
    this.#probationBytes += decoded.length;
    if (this.#probationBytes < this.#bytesMin) return;
    this.#probation = undefined;
    for (const bytes of probation.decoded) yield { part: this.#decoded, bytes };
  }

  *#failProbation(): Generator<PartBytes> {
    const { raw } = this.#probation ?? { raw: [] };
    for (const bytes of raw) yield { part: this.#raw, bytes };
  }
}
