import { AppError } from '@firn/shared/errors/app-error';
import type { CatalogFolder } from '@firn/shared/repository/catalog/row';
import { safeName, safePath, shortHash, withSuffix } from './safe-name.ts';

interface NamedFolder {
  /** As in the service: names from the top, joined by `/`. */
  readonly path: string;
  /** Safe names, the same. */
  readonly safe: string;
}

/** The folders of one object by id, with paths to show and paths to write. */
export class FolderTree {
  readonly #folders = new Map<string, NamedFolder>();

  private constructor() {}

  static async read(rows: AsyncIterable<CatalogFolder>): Promise<FolderTree> {
    const byId = new Map<string, CatalogFolder>();
    for await (const row of rows) byId.set(row.folderId, row);
    const tree = new FolderTree();
    const names = safeNames([...byId.values()]);
    for (const row of byId.values()) {
      const chain = chainOf(row, byId);
      const safe = chain.map(({ folderId }) => names.get(folderId) ?? '_');
      tree.#folders.set(row.folderId, {
        path: chain.map(({ name }) => name).join('/'),
        safe: safePath(safe, row.folderId),
      });
    }
    return tree;
  }

  /** Empty for the top, and for a folder that has no row. */
  path(folderId: string): string {
    return this.#folders.get(folderId)?.path ?? '';
  }

  safePath(folderId: string): string {
    return this.#folders.get(folderId)?.safe ?? '';
  }

  /** Ids of the folder with the path, and of all below it. */
  below(path: string): ReadonlySet<string> {
    const wanted = path.replace(/^\/+|\/+$/g, '');
    const found = new Set<string>();
    for (const [folderId, folder] of this.#folders) {
      const isBelow = folder.path === wanted || folder.path.startsWith(`${wanted}/`);
      if (wanted === '' || isBelow) found.add(folderId);
    }
    return found;
  }

  *entries(): Generator<readonly [folderId: string, path: string]> {
    for (const [folderId, { path }] of this.#folders) yield [folderId, path];
  }
}

/** For no chosen object having a folder at the path. */
export function folderNotFound(path: string): AppError {
  return new AppError('E_FOLDER_NOT_FOUND', `no chosen object has a folder "${path}"`);
}

/** From the top down. A loop, which only damage makes, ends it. */
function chainOf(row: CatalogFolder, byId: ReadonlyMap<string, CatalogFolder>): CatalogFolder[] {
  const chain: CatalogFolder[] = [];
  const seen = new Set<string>();
  for (let next: CatalogFolder | undefined = row; next !== undefined; ) {
    if (seen.has(next.folderId)) break;
    seen.add(next.folderId);
    chain.unshift(next);
    next = next.parentId === undefined ? undefined : byId.get(next.parentId);
  }
  return chain;
}

/** Different for folders of one parent, also where case makes no difference. */
function safeNames(rows: readonly CatalogFolder[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const { folderId, parentId, name } of rows) {
    const safe = safeName(name);
    const key = `${parentId ?? ''}/${safe.toLowerCase()}`;
    names.set(folderId, taken.has(key) ? withSuffix(safe, shortHash(folderId)) : safe);
    taken.add(key);
  }
  return names;
}
