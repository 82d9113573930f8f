import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { StoredClass } from '../rehydration.ts';
import { isNodeError } from './folder-errors.ts';

/**
 * Storage classes of a folder store, kept beside the blobs: the blob `a/b` of a
 * class other than hot has a mark `.firn-class/a/b`, a JSON of StoredClass. No
 * mark means hot. A mark is written before its blob appears, so a blob is never
 * seen in a class that it was not put in; a mark without a blob means nothing.
 */
export class ClassMarks {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async read(name: string): Promise<StoredClass> {
    try {
      return JSON.parse(await readFile(this.#path(name), 'utf8'));
    } catch (error) {
      if (isNodeError(error, 'ENOENT', 'ENOTDIR')) return { storageClass: 'hot' };
      throw error;
    }
  }

  async write(name: string, storedClass: StoredClass): Promise<void> {
    if (isUnmarked(storedClass)) return;
    const path = this.#path(name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, JSON.stringify(storedClass), { flush: true });
  }

  async remove(name: string): Promise<void> {
    await rm(this.#path(name), { force: true });
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }
}

/** Whether a class is told by having no mark: hot, and not thawing. */
export function isUnmarked(storedClass: StoredClass): boolean {
  return storedClass.storageClass === 'hot' && storedClass.readyAtMs === undefined;
}
