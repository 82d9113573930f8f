import type { Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { isNodeError } from './folder-errors.ts';
import { readFrom } from './folder-files.ts';

/** kept, while it is read and for a while after → let go of → closed, when nobody reads it. */
interface OpenedFile {
  readonly handle: FileHandle;
  readonly stats: Stats;
  isKept: boolean;
  /** Under way. */
  reads: number;
}

export interface ReadOpened {
  readonly path: string;
  /** Whether it may be opened; asked once it is. */
  readonly isAllowed: () => Promise<boolean>;
  readonly offset: number;
  readonly target: Uint8Array;
}

const filesMax = 16;
/** What is deleted meanwhile takes its place as long as it is open. */
const lingerMs = 1_000;

/**
 * Files of which one range after the other is read: each is opened once. Whether it is
 * still the same is looked for with each read.
 */
export class OpenedFiles {
  /** Those that are kept, by path; the one read last is the last. */
  readonly #files = new Map<string, OpenedFile>();
  #timer: NodeJS.Timeout | undefined;

  /** Fills the target. @returns how much of it; undefined: it is not there, or not allowed */
  async read(options: ReadOpened): Promise<number | undefined> {
    const { path, offset, target } = options;
    const file = (await this.#again(path)) ?? (await this.#first(options));
    if (file === undefined) return undefined;
    try {
      return await readFrom(file.handle, offset, target);
    } finally {
      file.reads -= 1;
      await closeUnlessNeeded(file);
      this.#linger();
    }
  }

  async #again(path: string): Promise<OpenedFile | undefined> {
    if (!this.#files.has(path)) return undefined;
    const stats = await stat(path).catch(undefinedWhenMissing);
    const file = this.#files.get(path);
    if (file === undefined || stats === undefined || !isSame(file.stats, stats)) return undefined;
    file.reads += 1;
    this.#files.delete(path);
    this.#files.set(path, file);
    return file;
  }

  async #first({ path, isAllowed }: ReadOpened): Promise<OpenedFile | undefined> {
    const handle = await open(path, 'r').catch(undefinedWhenMissing);
    if (handle === undefined) return undefined;
    let file: OpenedFile | undefined;
    try {
      const stats = await handle.stat();
      if (await isAllowed()) file = { handle, stats, isKept: false, reads: 1 };
    } finally {
      if (file === undefined) await handle.close();
    }
    if (file !== undefined) await this.#keep(path, file);
    return file;
  }

  async #keep(path: string, file: OpenedFile): Promise<void> {
    // Somebody else may have opened it meanwhile.
    const before = this.#letGo(path);
    file.isKept = true;
    this.#files.set(path, file);
    await before;
    const [oldest] = this.#files.keys();
    if (this.#files.size > filesMax && oldest !== undefined) await this.#letGo(oldest);
  }

  async #letGo(path: string): Promise<void> {
    const file = this.#files.get(path);
    if (file === undefined) return;
    this.#files.delete(path);
    file.isKept = false;
    await closeUnlessNeeded(file);
  }

  #linger(): void {
    this.#timer?.refresh();
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      for (const path of this.#files.keys()) this.#letGo(path).catch(() => {});
    }, lingerMs).unref();
  }
}

async function closeUnlessNeeded({ handle, isKept, reads }: OpenedFile): Promise<void> {
  if (!isKept && reads === 0) await handle.close();
}

function isSame(a: Stats, b: Stats): boolean {
  return a.ino === b.ino && a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs;
}

function undefinedWhenMissing(error: unknown): undefined {
  if (!isNodeError(error, 'ENOENT', 'ENOTDIR')) throw error;
}
