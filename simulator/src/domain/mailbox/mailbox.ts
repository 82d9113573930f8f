import type { TruthJournal } from '../truth-journal.ts';
import { FolderTree } from './folder-tree.ts';
import type { MailFolder } from './mail-folder.ts';
import { decodeMailId, encodeChangeKey, encodeMailId, type MailId } from './mail-id.ts';
import type { ContentRef, MailItem, MailProps } from './mail-item.ts';

/** An item that left a folder: deleted, or moved to another. */
export interface RemovedItem {
  readonly seq: number;
  readonly key: number;
  readonly placement: number;
}

/** A folder's items and what left it, each in ascending order of change. */
export interface FolderContent {
  readonly live: ReadonlyMap<number, MailItem>;
  readonly removed: readonly RemovedItem[];
}

interface Shelf {
  readonly live: Map<number, MailItem>;
  readonly removed: RemovedItem[];
}

/** What the mailbox needs from outside. */
export interface MailboxParts {
  readonly guid: string;
  readonly tenantId: string;
  readonly userId: string;
  readonly userPrincipalName: string;
  readonly journal: TruthJournal;
  readonly nowMs: () => number;
  /** Digest of an item's content and properties; called lazily. */
  readonly digest: (item: MailItem) => Promise<string>;
}

/** What a new item is made of. */
export interface NewItem {
  readonly folderKey: number;
  readonly props: MailProps;
  readonly content: ContentRef;
  readonly sizeBytes: number;
  /** The service's own stamps; now when absent. */
  readonly createdMs?: number;
}

/**
 * A mailbox: folders, items, and one sequence of changes over both. Every change replaces a record
 * and moves it to the end of its folder's order, so that a folder is always sorted by change.
 */
export class Mailbox {
  readonly parts: MailboxParts;
  readonly folders: FolderTree;
  readonly #shelves = new Map<number, Shelf>();
  readonly #folderOf = new Map<number, number>();
  #seq = 0;
  #lastKey = 0;

  constructor(parts: MailboxParts) {
    this.parts = parts;
    this.folders = new FolderTree({
      nextSeq: () => this.#nextSeq(),
      nextKey: () => this.#nextKey(),
      put: (folder) => this.#journalFolder(folder),
      drop: (folder) => this.#dropFolder(folder),
    });
  }

  /** `MBX:guid@tenant`: the mailbox's id in the import and export API. */
  get mailboxId(): string {
    return `MBX:${this.parts.guid}@${this.parts.tenantId}`;
  }

  /** The number of the last change of the mailbox. */
  get lastSeq(): number {
    return this.#seq;
  }

  content(folderKey: number): FolderContent {
    return this.#shelf(folderKey);
  }

  /** Finds an item by plain or immutable id; a plain id dies with the item's next move. */
  findItem(text: string): MailItem | undefined {
    const id = decodeMailId(this.parts.guid, text);
    if (!id || id.kind === 'folder') return undefined;
    const item = this.itemByKey(id.key);
    return id.kind === 'immutable' || item?.placement === id.placement ? item : undefined;
  }

  itemByKey(key: number): MailItem | undefined {
    const folderKey = this.#folderOf.get(key);
    return folderKey === undefined ? undefined : this.#shelf(folderKey).live.get(key);
  }

  /** Finds a folder by id or, without regard to case, by well-known name. */
  findFolder(text: string): MailFolder | undefined {
    const id = decodeMailId(this.parts.guid, text);
    if (id?.kind === 'folder') return this.folders.get(id.key);
    return this.folders.byWellKnownName(text.toLowerCase());
  }

  itemId(item: Pick<MailItem, 'key' | 'placement'>, immutable: boolean): string {
    const id: MailId = immutable
      ? { kind: 'immutable', key: item.key, placement: 0 }
      : { kind: 'item', key: item.key, placement: item.placement };
    return encodeMailId(this.parts.guid, id);
  }

  folderId(key: number): string {
    return encodeMailId(this.parts.guid, { kind: 'folder', key, placement: 0 });
  }

  changeKey(item: MailItem): string {
    return encodeChangeKey(this.parts.guid, item.seq);
  }

  createItem(fresh: NewItem): MailItem {
    const nowMs = this.parts.nowMs();
    const createdMs = fresh.createdMs ?? nowMs;
    return this.#put({
      key: this.#nextKey(),
      placement: 0,
      folderKey: fresh.folderKey,
      seq: this.#nextSeq(),
      createdMs,
      modifiedMs: createdMs,
      props: fresh.props,
      content: fresh.content,
      sizeBytes: fresh.sizeBytes,
    });
  }

  /** A new version of an item in its place. */
  changeItem(
    item: MailItem,
    change: Partial<Pick<MailItem, 'props' | 'content' | 'sizeBytes'>>,
  ): MailItem {
    this.#shelf(item.folderKey).live.delete(item.key);
    const modifiedMs = this.parts.nowMs();
    return this.#put({ ...item, ...change, modifiedMs, seq: this.#nextSeq() });
  }

  moveItem(item: MailItem, folderKey: number): MailItem {
    this.#remove(item);
    const modifiedMs = this.parts.nowMs();
    const placement = item.placement + 1;
    return this.#put({ ...item, folderKey, placement, modifiedMs, seq: this.#nextSeq() });
  }

  /** Takes an item away for good. */
  deleteItem(item: MailItem): void {
    this.#remove(item);
    this.#folderOf.delete(item.key);
    this.parts.journal.dropItem({ ...this.#owner(), key: `i${item.key}` });
  }

  /** Items and bytes of the whole mailbox. */
  totals(): { items: number; bytes: number } {
    let items = 0;
    let bytes = 0;
    for (const { live } of this.#shelves.values()) {
      items += live.size;
      for (const item of live.values()) bytes += item.sizeBytes;
    }
    return { items, bytes };
  }

  #put(item: MailItem): MailItem {
    this.#shelf(item.folderKey).live.set(item.key, item);
    this.#folderOf.set(item.key, item.folderKey);
    this.parts.journal.putItem({
      ...this.#owner(),
      key: `i${item.key}`,
      folderKey: `f${item.folderKey}`,
      name: item.props.subject,
      sizeBytes: item.sizeBytes,
      digest: () => this.parts.digest(item),
    });
    return item;
  }

  #remove(item: MailItem): void {
    const shelf = this.#shelf(item.folderKey);
    shelf.live.delete(item.key);
    shelf.removed.push({ seq: this.#nextSeq(), key: item.key, placement: item.placement });
  }

  #dropFolder(folder: MailFolder): void {
    for (const item of [...this.#shelf(folder.key).live.values()]) this.deleteItem(item);
    this.#shelves.delete(folder.key);
    this.parts.journal.dropFolder({ ...this.#owner(), key: `f${folder.key}` });
  }

  #journalFolder(folder: MailFolder): void {
    const { key, parentKey, displayName } = folder;
    this.parts.journal.putFolder({
      ...this.#owner(),
      key: `f${key}`,
      parentKey: parentKey === null ? null : `f${parentKey}`,
      name: displayName,
    });
  }

  #owner(): { kind: 'mail'; user: string } {
    return { kind: 'mail', user: this.parts.userPrincipalName };
  }

  #shelf(folderKey: number): Shelf {
    const known = this.#shelves.get(folderKey);
    if (known) return known;
    const shelf: Shelf = { live: new Map(), removed: [] };
    this.#shelves.set(folderKey, shelf);
    return shelf;
  }

  #nextSeq(): number {
    this.#seq += 1;
    return this.#seq;
  }

  #nextKey(): number {
    this.#lastKey += 1;
    return this.#lastKey;
  }
}
