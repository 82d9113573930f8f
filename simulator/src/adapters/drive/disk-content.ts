import { createReadStream } from 'node:fs';
import { digestContent } from '../../app/drive/content-digests.ts';
import type { ContentDigests, FileContent } from '../../domain/drive/file-content.ts';
import type { Hasher } from '../../ports/hasher.ts';

/** The bytes of a file of this machine. It must not change while the simulator runs. */
export class DiskContent implements FileContent {
  readonly sizeBytes: number;
  readonly #path: string;
  readonly #hasher: Hasher;
  #digests: Promise<ContentDigests> | undefined;

  constructor(file: { path: string; sizeBytes: number }, hasher: Hasher) {
    this.sizeBytes = file.sizeBytes;
    this.#path = file.path;
    this.#hasher = hasher;
  }

  async *read(range: { start: number; end: number }): AsyncGenerator<Uint8Array> {
    const end = Math.min(range.end, this.sizeBytes);
    if (range.start >= end) return;
    yield* createReadStream(this.#path, { start: range.start, end: end - 1 });
  }

  digests(): Promise<ContentDigests> {
    this.#digests ??= digestContent(this, this.#hasher);
    return this.#digests;
  }
}
