import type { CatalogFolder } from '@firn/shared/repository/catalog/row';

type Named = Pick<CatalogFolder, 'name' | 'parentId'>;

/** The row of a folder; undefined when it has none. */
export type FindFolder = (folderId: string) => Promise<Named | undefined>;

/** The folder as a user knows it: `Inbox/Projects`. Empty when it is not known. */
export async function folderPath(folderId: string, find: FindFolder): Promise<string> {
  const names: string[] = [];
  const seen = new Set<string>();
  let id: string | undefined = folderId;
  while (id !== undefined && !seen.has(id)) {
    seen.add(id);
    const folder: Named | undefined = await find(id);
    if (folder !== undefined) names.unshift(folder.name);
    id = folder?.parentId;
  }
  return names.join('/');
}
