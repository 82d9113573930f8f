import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { compareBlobNames } from '../blob-name.ts';
import { isNodeError } from './folder-errors.ts';

/** Entries of the root that belong to the store itself: temporary files and marks. */
const hiddenPrefix = '.firn-';

/**
 * Names of all files below root that begin with prefix, in byte order. Enters
 * only folders that can hold such names; holds the entries of one path of folders.
 */
export async function* listNames(
  root: string,
  prefix: string,
  folder = '',
): AsyncGenerator<string> {
  for (const entry of await entriesOf(root, folder)) {
    if (entry.startsWith(hiddenPrefix)) continue;
    const matches = entry.startsWith(prefix);
    if (!entry.endsWith('/')) {
      if (matches) yield entry;
    } else if (matches || prefix.startsWith(entry)) {
      yield* listNames(root, prefix, entry);
    }
  }
}

/** Full names; a folder's ends with `/`, which is also what puts it in its place of the order. */
async function entriesOf(root: string, folder: string): Promise<string[]> {
  try {
    const entries = await readdir(join(root, folder), { withFileTypes: true });
    return entries
      .map((entry) => `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`)
      .sort(compareBlobNames);
  } catch (error) {
    if (isNodeError(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}
