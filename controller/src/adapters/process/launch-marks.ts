import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const keptMs = 24 * 3_600_000;

/**
 * Remembers which intents were launched, as a cloud remembers its tokens: for a
 * day. A mark is made before the process, so that none is ever started twice.
 */
export class LaunchMarks {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @returns false: there was one already */
  async make(name: string, nowMs: number): Promise<boolean> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await this.#sweep(nowMs);
    try {
      await writeFile(join(this.#folder, name), '', { flag: 'wx', mode: 0o600 });
      return true;
    } catch (error) {
      const isKnown = error instanceof Error && 'code' in error && error.code === 'EEXIST';
      if (isKnown) return false;
      throw error;
    }
  }

  async #sweep(nowMs: number): Promise<void> {
    for (const name of await readdir(this.#folder)) {
      const path = join(this.#folder, name);
      const madeAtMs = (await stat(path).catch(() => undefined))?.mtimeMs ?? nowMs;
      if (nowMs - madeAtMs > keptMs) await rm(path, { force: true });
    }
  }
}
