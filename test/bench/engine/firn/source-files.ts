import type { Stats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** A file or folder below an object's folder. */
export interface SourceEntry {
  /** Relative to the source, with `/`. */
  readonly path: string;
  readonly stats: Stats;
}

/** What is below a folder, in no particular order; links and devices are left out. */
export async function* entriesBelow(source: string, folder: string): AsyncGenerator<SourceEntry> {
  const names = await readdir(folder, { withFileTypes: true });
  for (const { name } of names) {
    const path = join(folder, name);
    const stats = await lstat(path);
    if (!stats.isFile() && !stats.isDirectory()) continue;
    yield { path: relative(source, path), stats };
    if (stats.isDirectory()) yield* entriesBelow(source, path);
  }
}

export async function entryAt(source: string, path: string): Promise<SourceEntry> {
  return { path, stats: await lstat(join(source, path)) };
}
