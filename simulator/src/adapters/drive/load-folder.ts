import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { User } from '../../domain/directory.ts';
import { createFolder, putFile } from '../../domain/drive/create-item.ts';
import { DriveError } from '../../domain/drive/drive-error.ts';
import type { DriveItem, FileTimes } from '../../domain/drive/drive-item.ts';
import type { DriveTree } from '../../domain/drive/drive-tree.ts';
import { mimeTypeOf } from '../../domain/drive/mime-type.ts';
import type { Hasher } from '../../ports/hasher.ts';
import { DiskContent } from './disk-content.ts';

/**
 * Which folder becomes whose OneDrive: a sub-folder called like a user (the whole
 * userPrincipalName or the part before the @, without regard to case) is that user's. When no
 * sub-folder is called like a user, everybody gets the whole folder.
 */
export async function assignFolders(
  folder: string,
  users: Iterable<User>,
): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { withFileTypes: true });
  const byName = new Map(
    entries
      .filter((entry) => entry.isDirectory())
      .map((entry) => [entry.name.toLowerCase(), entry]),
  );
  const own = new Map<string, string>();
  const all = new Map<string, string>();
  for (const { id, userPrincipalName } of users) {
    const upn = userPrincipalName.toLowerCase();
    const entry = byName.get(upn) ?? byName.get(upn.split('@')[0] ?? upn);
    if (entry) own.set(id, join(folder, entry.name));
    all.set(id, folder);
  }
  return own.size > 0 ? own : all;
}

/**
 * Puts a folder of this machine into a drive, with the dates of its files. Returns the paths that
 * OneDrive cannot hold (names it refuses, links, devices).
 */
export async function loadFolder(
  tree: DriveTree,
  folder: string,
  hasher: Hasher,
): Promise<readonly string[]> {
  const skipped: string[] = [];
  const pending: { parent: DriveItem; path: string }[] = [{ parent: tree.root, path: folder }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const entries = await readdir(next.path, { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(next.path, entry.name);
      const item = await addEntry(tree, { parent: next.parent, entry, path, hasher });
      if (!item) skipped.push(path);
      else if (item.kind !== 'file') pending.push({ parent: item, path });
    }
  }
  return skipped;
}

type Found = { parent: DriveItem; entry: Dirent; path: string; hasher: Hasher };

async function addEntry(tree: DriveTree, found: Found): Promise<DriveItem | undefined> {
  const { parent, entry, path, hasher } = found;
  if (!entry.isFile() && !entry.isDirectory()) return undefined;
  const { size, birthtimeMs, mtimeMs } = await stat(path);
  const times: FileTimes = {
    createdAtMs: Math.min(birthtimeMs || mtimeMs, mtimeMs),
    modifiedAtMs: mtimeMs,
  };
  const request = { parentId: parent.id, name: entry.name, conflict: 'fail', times } as const;
  try {
    if (entry.isDirectory()) return createFolder(tree, request).item;
    const content = new DiskContent({ path, sizeBytes: size }, hasher);
    return putFile(tree, { ...request, content, mimeType: mimeTypeOf(entry.name) }).item;
  } catch (error) {
    if (error instanceof DriveError) return undefined;
    throw error;
  }
}
