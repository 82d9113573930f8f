import { folderPrefix, itemPrefix } from '@firn/shared/repository/catalog/catalog-keys';
import { decodeFolder, decodeItem } from '@firn/shared/repository/catalog/decode-row';
import type { CatalogFolder, CatalogItem } from '@firn/shared/repository/catalog/row';
import { dateMs, nameKey } from '@firn/shared/repository/point/item-order';
import type { RunEntry } from '@firn/shared/repository/run/run-layout';
import { FolderPaths } from './folder-paths.ts';
import { hasAttachment, shownOf, textOf } from './rows.ts';
import { indexedText } from './search-text.ts';
import type { Statements } from './statements.ts';

/** Writes the rows of one object that is being built. Folders come before items. */
export class RowWriter {
  readonly #sql: Statements;
  readonly #objectId: number;
  readonly #paths: FolderPaths;
  readonly #folderIds = new Map<string, number>();

  constructor(sql: Statements, objectId: number) {
    this.#sql = sql;
    this.#objectId = objectId;
    this.#paths = new FolderPaths(sql, objectId);
  }

  /** False: a folder has another place than the one under which its items are indexed. */
  write({ key, value }: RunEntry): boolean {
    const id = key.slice(1);
    if (key.startsWith(folderPrefix)) {
      return value === undefined ? this.#removeFolder(id) : this.#putFolder(decodeFolder(value));
    }
    if (key.startsWith(itemPrefix)) {
      this.#removeItem(id);
      if (value !== undefined) this.#putItem(decodeItem(value));
    }
    return true;
  }

  #putFolder({ folderId, parentId, name }: CatalogFolder): boolean {
    const parent = parentId ?? null;
    const known = this.#folder(folderId);
    if (known !== undefined) return known['name'] === name && known['parent'] === parent;
    this.#sql.run(
      'INSERT INTO folders (object_id, folder, parent, name) VALUES (?, ?, ?, ?)',
      this.#objectId,
      folderId,
      parent,
      name.toWellFormed(),
    );
    return true;
  }

  /** Only its name goes: its items say themselves where they are now. */
  #removeFolder(folderId: string): boolean {
    const isParent = this.#sql.one(
      'SELECT 1 FROM folders WHERE object_id = ? AND parent = ? LIMIT 1',
      this.#objectId,
      folderId,
    );
    if (isParent !== undefined) return false;
    this.#sql.run(
      'UPDATE folders SET name = NULL, parent = NULL WHERE object_id = ? AND folder = ?',
      this.#objectId,
      folderId,
    );
    return true;
  }

  #putItem(item: CatalogItem): void {
    const shown = shownOf(item);
    const { itemId, folderId, name, type, size, date } = shown;
    const id = this.#sql.run(
      `INSERT INTO items (object_id, folder_id, item, date_ms, size, type, attachment, name_key, json)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      this.#objectId,
      this.#folderId(folderId),
      itemId,
      dateMs(date),
      size,
      type,
      hasAttachment(shown) ? 1 : 0,
      nameKey(name).toWellFormed(),
      JSON.stringify(shown),
    );
    const text = textOf(shown);
    this.#sql.run(
      'INSERT INTO texts (rowid, name, sender, recipients, path) VALUES (?, ?, ?, ?, ?)',
      id,
      indexedText(text.name),
      indexedText(text.sender),
      indexedText(text.recipients),
      indexedText(this.#paths.of(folderId)),
    );
  }

  #removeItem(itemId: string): void {
    const row = this.#sql.one(
      'SELECT id FROM items WHERE object_id = ? AND item = ?',
      this.#objectId,
      itemId,
    );
    if (row === undefined) return;
    const id = Number(row['id']);
    this.#sql.run('DELETE FROM texts WHERE rowid = ?', id);
    this.#sql.run('DELETE FROM items WHERE id = ?', id);
  }

  /** Of a folder that the catalog does not know too: its items are shown all the same. */
  #folderId(folder: string): number {
    const known = this.#folderIds.get(folder);
    if (known !== undefined) return known;
    const row = this.#folder(folder);
    const id =
      row === undefined
        ? this.#sql.run(
            'INSERT INTO folders (object_id, folder) VALUES (?, ?)',
            this.#objectId,
            folder,
          )
        : Number(row['id']);
    this.#folderIds.set(folder, id);
    return id;
  }

  #folder(folder: string) {
    return this.#sql.one(
      'SELECT id, name, parent FROM folders WHERE object_id = ? AND folder = ?',
      this.#objectId,
      folder,
    );
  }
}
