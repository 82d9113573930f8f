import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Spool, SpoolRef } from '../ports/spool.ts';

/** A spool in one temporary file, removed at close. */
export class FileSpool implements Spool {
  readonly #file: FileHandle;
  readonly #folder: string;
  #end = 0;

  private constructor(file: FileHandle, folder: string) {
    this.#file = file;
    this.#folder = folder;
  }

  static async create(): Promise<FileSpool> {
    const folder = await mkdtemp(join(tmpdir(), 'tenant-spool-'));
    return new FileSpool(await open(join(folder, 'spool'), 'w+', 0o600), folder);
  }

  async append(bytes: Uint8Array): Promise<SpoolRef> {
    const ref = { offset: this.#end, sizeBytes: bytes.byteLength };
    this.#end += bytes.byteLength;
    let written = 0;
    while (written < bytes.byteLength) {
      const { bytesWritten } = await this.#file.write(
        bytes,
        written,
        bytes.byteLength - written,
        ref.offset + written,
      );
      written += bytesWritten;
    }
    return ref;
  }

  async read(ref: SpoolRef, start = 0, end = ref.sizeBytes): Promise<Uint8Array> {
    const target = Buffer.allocUnsafe(Math.max(0, Math.min(end, ref.sizeBytes) - start));
    let filled = 0;
    while (filled < target.length) {
      const position = ref.offset + start + filled;
      const { bytesRead } = await this.#file.read(target, filled, target.length - filled, position);
      if (bytesRead === 0) throw new Error(`spool ends before offset ${position}`);
      filled += bytesRead;
    }
    return target;
  }

  async close(): Promise<void> {
    await this.#file.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
