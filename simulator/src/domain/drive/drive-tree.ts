import { ChangeLog } from './change-log.ts';
import { DriveError } from './drive-error.ts';
import type { DriveItem, FileTimes, ItemKind } from './drive-item.ts';
import type { FileContent } from './file-content.ts';
import { itemIdOf } from './item-id.ts';
import { checkPathLength, nameKey } from './item-name.ts';

/** Is told of every change, whoever caused it. */
export interface TreeWatcher {
  /** An item was made, changed, moved or restored. Parents come before children. */
  changed(item: DriveItem): void;
  /** An item went to the recycle bin. Children come before parents. */
  gone(item: DriveItem): void;
}

export type DriveTreeOptions = {
  readonly watcher?: TreeWatcher;
  /** Six characters in all item ids of this drive. */
  readonly driveKey: string;
  /** Path of the library after the host, decoded: it counts for the path limit. */
  readonly libraryPath: string;
  readonly newGuid: () => string;
  readonly nowMs: () => number;
};

export type NewItem = {
  readonly parentId: string;
  readonly name: string;
  readonly kind: ItemKind;
  readonly times?: FileTimes | undefined;
  readonly mimeType?: string;
  readonly content?: FileContent;
};

/**
 * The items of one drive by id, linked by parent pointers. Names are unique in a folder without
 * regard to case. Every change goes through `insert`, `relink`, `touch`, `bury` or `unbury`, which
 * keep the name index, the folder sizes and the change log in step. Conflicts of names are for the
 * callers to settle first (create-item.ts, change-item.ts).
 */
export class DriveTree {
  readonly root: DriveItem;
  readonly changes = new ChangeLog();
  readonly #options: DriveTreeOptions;
  readonly #items = new Map<string, DriveItem>();
  readonly #children = new Map<string, Map<string, DriveItem>>();
  /** Bytes of all versions of all live files, as the quota counts them. */
  usedBytes = 0;
  deletedBytes = 0;

  constructor(options: DriveTreeOptions) {
    this.#options = options;
    this.root = this.#build({ parentId: undefined, name: 'root', kind: 'folder' });
    this.changes.record(this.root, options.nowMs());
    options.watcher?.changed(this.root);
  }

  nowMs(): number {
    return this.#options.nowMs();
  }

  /** A live item. */
  find(id: string): DriveItem | undefined {
    const item = this.#items.get(id);
    return item?.deletedAtMs === undefined ? item : undefined;
  }

  get(id: string): DriveItem {
    const item = this.find(id);
    if (!item) throw new DriveError('itemNotFound', 'The resource could not be found.');
    return item;
  }

  findDeleted(id: string): DriveItem | undefined {
    const item = this.#items.get(id);
    return item?.deletedAtMs === undefined ? undefined : item;
  }

  childrenOf(id: string): DriveItem[] {
    return [...(this.#children.get(id)?.values() ?? [])];
  }

  childCount(id: string): number {
    return this.#children.get(id)?.size ?? 0;
  }

  childNamed(parentId: string, name: string): DriveItem | undefined {
    return this.#children.get(parentId)?.get(nameKey(name));
  }

  /** Follows names downwards from `fromId`; throws itemNotFound. */
  resolve(fromId: string, names: readonly string[]): DriveItem {
    let item = this.get(fromId);
    for (const name of names) {
      const child = this.childNamed(item.id, name);
      if (!child) throw new DriveError('itemNotFound', 'The resource could not be found.');
      item = child;
    }
    return item;
  }

  /** The folders above an item, the root first. */
  ancestorsOf(item: DriveItem): DriveItem[] {
    const above: DriveItem[] = [];
    let parentId = item.parentId;
    while (parentId !== undefined) {
      const parent = this.#items.get(parentId);
      if (!parent) break;
      above.unshift(parent);
      parentId = parent.parentId;
    }
    return above;
  }

  /** Names from the root down to the item itself; empty for the root. */
  namesTo(item: DriveItem): string[] {
    if (item.parentId === undefined) return [];
    return [...this.ancestorsOf(item).slice(1), item].map((each) => each.name);
  }

  /** The item and all live items below it, parents before children. */
  *subtree(item: DriveItem): Generator<DriveItem> {
    yield item;
    for (const child of this.childrenOf(item.id)) yield* this.subtree(child);
  }

  checkPath(parent: DriveItem, name: string, below: readonly string[] = []): void {
    checkPathLength([this.#options.libraryPath, ...this.namesTo(parent), name, ...below].join('/'));
  }

  insert(fields: NewItem): DriveItem {
    const item = this.#build(fields);
    this.#link(item);
    if (fields.content) this.addVersion(item, fields.content);
    this.touch(item);
    return item;
  }

  relink(item: DriveItem, place: { parentId: string; name: string }): void {
    this.#unlink(item);
    item.parentId = place.parentId;
    item.name = place.name;
    this.#link(item);
    this.touch(item);
  }

  /** Notes that an item changed: new eTag, new stamp, last place in the change log. */
  touch(item: DriveItem): void {
    item.modifiedAtMs = this.nowMs();
    item.eTagVersion += 1;
    this.changes.record(item, this.nowMs());
    this.#options.watcher?.changed(item);
  }

  /** Adds a version; its bytes count beside those of the older versions. */
  addVersion(item: DriveItem, content: FileContent): void {
    const grownBytes = content.sizeBytes - item.sizeBytes;
    item.content = content;
    const number = (item.versions.at(-1)?.number ?? 0) + 1;
    item.versions.push({ number, content, savedAtMs: this.nowMs() });
    this.usedBytes += content.sizeBytes;
    item.sizeBytes += grownBytes;
    this.#grow(item.parentId, grownBytes);
  }

  /** To the recycle bin: the item and everything below it, each with a tombstone in the log. */
  bury(item: DriveItem): void {
    const subtree = [...this.subtree(item)];
    const deletedAtMs = this.nowMs();
    this.#unlink(item);
    for (const each of subtree) {
      each.deletedAtMs = deletedAtMs;
      this.#countDeleted(each, 1);
      this.changes.record(each, deletedAtMs);
    }
    for (const each of subtree.toReversed()) this.#options.watcher?.gone(each);
  }

  /** Back from the recycle bin, with everything that went there together with it. */
  unbury(item: DriveItem): void {
    for (const each of [...this.subtree(item)]) {
      each.deletedAtMs = undefined;
      this.#countDeleted(each, -1);
      this.touch(each);
    }
    this.#link(item);
  }

  #countDeleted(item: DriveItem, sign: 1 | -1): void {
    const bytes = item.versions.reduce((sum, version) => sum + version.content.sizeBytes, 0);
    this.usedBytes -= sign * bytes;
    this.deletedBytes += sign * bytes;
  }

  #build(
    fields: Omit<NewItem, 'parentId' | 'content'> & { parentId: string | undefined },
  ): DriveItem {
    const guid = this.#options.newGuid();
    const nowMs = this.nowMs();
    const item: DriveItem = {
      guid,
      id: itemIdOf(this.#options.driveKey, guid),
      kind: fields.kind,
      parentId: fields.parentId,
      name: fields.name,
      createdAtMs: nowMs,
      modifiedAtMs: nowMs,
      times: fields.times ?? { createdAtMs: nowMs, modifiedAtMs: nowMs },
      mimeType: fields.mimeType,
      content: undefined,
      sizeBytes: 0,
      versions: [],
      eTagVersion: 0,
      cTagVersion: 0,
      malware: undefined,
      changeNumber: 0,
      changedAtMs: nowMs,
      deletedAtMs: undefined,
    };
    this.#items.set(item.id, item);
    if (fields.kind !== 'file') this.#children.set(item.id, new Map());
    return item;
  }

  #link(item: DriveItem): void {
    if (item.parentId === undefined) return;
    this.#children.get(item.parentId)?.set(nameKey(item.name), item);
    this.#grow(item.parentId, item.sizeBytes);
  }

  #unlink(item: DriveItem): void {
    if (item.parentId === undefined) return;
    this.#children.get(item.parentId)?.delete(nameKey(item.name));
    this.#grow(item.parentId, -item.sizeBytes);
  }

  #grow(folderId: string | undefined, bytes: number): void {
    let id = folderId;
    while (id !== undefined) {
      const folder = this.#items.get(id);
      if (!folder) return;
      folder.sizeBytes += bytes;
      id = folder.parentId;
    }
  }
}
