import type { ContentDigests, FileContent } from '../../domain/drive/file-content.ts';
import type { Hasher } from '../../ports/hasher.ts';
import type { Spool, SpoolRef } from '../../ports/spool.ts';
import { digestContent } from './content-digests.ts';

const PIECE_BYTES = 256 * 1024;

/** What a client uploaded: pieces in the spool, in order. */
export class SpooledContent implements FileContent {
  readonly sizeBytes: number;
  readonly #parts: readonly SpoolRef[];
  readonly #spool: Spool;
  readonly #hasher: Hasher;
  #digests: Promise<ContentDigests> | undefined;

  constructor(parts: readonly SpoolRef[], stores: { spool: Spool; hasher: Hasher }) {
    this.#parts = parts;
    this.#spool = stores.spool;
    this.#hasher = stores.hasher;
    this.sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
  }

  async *read(range: { start: number; end: number }): AsyncGenerator<Uint8Array> {
    let partStart = 0;
    for (const part of this.#parts) {
      const from = Math.max(range.start - partStart, 0);
      const to = Math.min(range.end - partStart, part.sizeBytes);
      for (let at = from; at < to; at += PIECE_BYTES) {
        yield await this.#spool.read(part, at, Math.min(to, at + PIECE_BYTES));
      }
      partStart += part.sizeBytes;
    }
  }

  digests(): Promise<ContentDigests> {
    this.#digests ??= digestContent(this, this.#hasher);
    return this.#digests;
  }
}

/** Writes a body to the spool as it arrives; stops with `undefined` above `limitBytes`. */
export async function spoolBody(
  spool: Spool,
  body: AsyncIterable<Uint8Array>,
  limitBytes: number,
): Promise<SpoolRef[] | undefined> {
  const parts: SpoolRef[] = [];
  let sizeBytes = 0;
  for await (const piece of body) {
    sizeBytes += piece.byteLength;
    if (sizeBytes > limitBytes) return undefined;
    if (piece.byteLength > 0) parts.push(await spool.append(piece));
  }
  return parts;
}
