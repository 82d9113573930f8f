import { readdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isNodeError } from './folder-errors.ts';

/** Removes the folder and those inside of it, as far as no file lies in them. */
export async function removeEmptyFolders(folder: string): Promise<void> {
  try {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) await removeEmptyFolders(join(folder, entry.name));
    }
    await rmdir(folder);
  } catch (error) {
    if (!isNodeError(error, 'ENOENT', 'ENOTEMPTY')) throw error;
  }
}
