import { randomUUID } from 'node:crypto';
import { type FileHandle, link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { copyInto } from '../../memory/copy-into.ts';
import type { ByteRange } from '../../repository/ports.ts';

/**
 * Files that appear whole or not at all, and stay after a power cut: written
 * and flushed under a temporary name, then linked or renamed, then the folder
 * is flushed.
 */
export class TemporaryFile {
  readonly path: string;
  readonly #handle: FileHandle;

  private constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.#handle = handle;
  }

  static async create(folder: string): Promise<TemporaryFile> {
    await mkdir(folder, { recursive: true });
    const path = join(folder, randomUUID());
    return new TemporaryFile(path, await open(path, 'wx'));
  }

  async write(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
    for await (const piece of gathered(chunks)) await this.#handle.writeFile(piece);
    await this.#handle.sync();
  }

  /** Gives the file its name. Fails with EEXIST when replace is false and the name is taken. */
  async publish(path: string, replace: boolean): Promise<void> {
    await makeFolders(dirname(path));
    if (replace) await rename(this.path, path);
    else await link(this.path, path);
    await syncFolder(dirname(path));
  }

  /** Takes the temporary name away; what was published stays. */
  async dispose(): Promise<void> {
    await this.#handle.close();
    await rm(this.path, { force: true });
  }
}

/** A write of its own for each small chunk would cost more than copying it. */
const pieceBytes = 512 * 1024;

/** Small chunks together, in memory that is used again for the next piece. */
async function* gathered(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let piece: Uint8Array | undefined;
  let used = 0;
  for await (const chunk of chunks) {
    if (piece !== undefined && used > 0 && used + chunk.length > pieceBytes) {
      yield piece.subarray(0, used);
      used = 0;
    }
    if (chunk.length >= pieceBytes) yield chunk;
    else {
      piece ??= new Uint8Array(pieceBytes);
      copyInto(piece, used, chunk);
      used += chunk.length;
    }
  }
  if (piece !== undefined && used > 0) yield piece.subarray(0, used);
}

/** Creates folders and flushes the one that got a new entry. */
async function makeFolders(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first !== undefined) await syncFolder(dirname(first));
}

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The file's size, and the bytes of the range, fewer where the file ends. Default: all. */
export async function readFileRange(
  path: string,
  range?: ByteRange,
): Promise<{ readonly size: number; readonly bytes: Uint8Array }> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const { offset, length } = range ?? { offset: 0, length: size };
    return { size, bytes: await readAt(handle, offset, length) };
  } finally {
    await handle.close();
  }
}

async function readAt(handle: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafe(length);
  return bytes.subarray(0, await readFrom(handle, offset, bytes));
}

/** Fills the target. @returns how much of it: less where the file ends */
export async function readFrom(
  handle: FileHandle,
  offset: number,
  target: Uint8Array,
): Promise<number> {
  let used = 0;
  while (used < target.length) {
    const { bytesRead } = await handle.read(target, used, target.length - used, offset + used);
    if (bytesRead === 0) break;
    used += bytesRead;
  }
  return used;
}
