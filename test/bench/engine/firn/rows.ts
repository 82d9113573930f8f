import { dirname } from 'node:path';
import type { CatalogFolder } from '@firn/shared/repository/catalog/row';
import type { NewItem } from '@firn/shared/repository/session/repository-session';
import type { SourceEntry } from './source-files.ts';

export function itemOf({ path, stats }: SourceEntry): NewItem {
  return {
    itemId: path,
    folderId: dirname(path),
    name: path.slice(path.lastIndexOf('/') + 1),
    type: 'file',
    changeKey: changeKeyOf({ path, stats }),
    size: stats.size,
    date: stats.mtime.toISOString(),
    columns: {},
    properties: { mode: stats.mode },
    format: 'file',
  };
}

export function folderOf({ path, stats }: SourceEntry): CatalogFolder {
  return {
    folderId: path,
    parentId: dirname(path),
    name: path.slice(path.lastIndexOf('/') + 1),
    type: 'folder',
    wellKnownName: undefined,
    properties: { mode: stats.mode, modified: stats.mtime.toISOString() },
  };
}

/** A file with the same size and times has not changed. */
export function changeKeyOf({ stats }: SourceEntry): string {
  return `${stats.size}-${stats.mtimeMs}-${stats.ctimeMs}`;
}
