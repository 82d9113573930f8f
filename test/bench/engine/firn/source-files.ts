import { closeSync, lstatSync, openSync, readdirSync, readSync, type Stats } from 'node:fs';
import { join } from 'node:path';

/** A file or folder below an object's folder. */
export interface SourceEntry {
  /** Relative to the source, with `/`. */
  readonly path: string;
  readonly stats: Stats;
}

/** What is below a folder of the source, in no particular order; links and devices are left out. */
export function* entriesBelow(source: string, folder: string): Generator<SourceEntry> {
  for (const { name } of readdirSync(join(source, folder), { withFileTypes: true })) {
    const entry = entryAt(source, `${folder}/${name}`);
    if (!entry.stats.isFile() && !entry.stats.isDirectory()) continue;
    yield entry;
    if (entry.stats.isDirectory()) yield* entriesBelow(source, entry.path);
  }
}

export function entryAt(source: string, path: string): SourceEntry {
  return { path, stats: lstatSync(join(source, path)) };
}

const pieceBytes = 1024 * 1024;

/** Reads one file after the other, in pieces of at most 1 MiB. */
export class FileReader {
  readonly #buffer = Buffer.allocUnsafeSlow(pieceBytes);

  /** Good until the next call. */
  content(path: string, { size }: Stats): Uint8Array | AsyncIterable<Uint8Array> {
    return size < pieceBytes ? this.#whole(path) : this.#pieces(path);
  }

  #whole(path: string): Uint8Array {
    const file = openSync(path, 'r');
    try {
      return this.#buffer.subarray(0, readSync(file, this.#buffer, 0, pieceBytes, null));
    } finally {
      closeSync(file);
    }
  }

  async *#pieces(path: string): AsyncGenerator<Uint8Array> {
    const file = openSync(path, 'r');
    try {
      for (;;) {
        const length = readSync(file, this.#buffer, 0, pieceBytes, null);
        if (length === 0) return;
        yield this.#buffer.subarray(0, length);
      }
    } finally {
      closeSync(file);
    }
  }
}
