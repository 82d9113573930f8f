import { seedDrive } from '../../app/drive/seed-drive.ts';
import type { Directory } from '../../domain/directory.ts';
import type { Drives } from '../../domain/drive/drive.ts';
import type { RandomStream } from '../../domain/random-stream.ts';
import type { Hasher } from '../../ports/hasher.ts';
import { assignFolders, loadFolder } from './load-folder.ts';

export type DriveFilling = {
  readonly directory: Directory;
  readonly random: RandomStream;
  readonly hasher: Hasher;
  readonly filesPerUser: number;
  /** A folder of this machine; absent: the seed makes the files. */
  readonly filesDir: string | undefined;
};

/** Fills every drive, and answers the paths that OneDrive could not take. */
export async function fillDrives(drives: Drives, filling: DriveFilling): Promise<string[]> {
  const { directory, random, hasher, filesPerUser, filesDir } = filling;
  const folders = filesDir && (await assignFolders(filesDir, directory.all()));
  const skipped: string[] = [];
  for (const { userId, tree } of drives.all()) {
    if (!folders) {
      seedDrive(tree, { random: random.fork(`files ${userId}`), files: filesPerUser, hasher });
      continue;
    }
    const folder = folders.get(userId);
    if (folder !== undefined) skipped.push(...(await loadFolder(tree, folder, hasher)));
  }
  return skipped;
}
