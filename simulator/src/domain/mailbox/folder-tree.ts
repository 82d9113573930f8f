import type { MailFolder } from './mail-folder.ts';

/** A folder that is gone. */
export interface RemovedFolder {
  readonly seq: number;
  readonly key: number;
}

interface TreeParts {
  readonly nextSeq: () => number;
  readonly nextKey: () => number;
  /** Called after a folder was made, renamed or moved. */
  readonly put: (folder: MailFolder) => void;
  /** Called when a folder goes, after its sub-folders went. */
  readonly drop: (folder: MailFolder) => void;
}

/** What a new folder is made of. */
export interface NewFolder {
  readonly parentKey: number;
  readonly displayName: string;
  readonly wellKnownName?: string | null;
  readonly folderClass?: string;
  readonly isHidden?: boolean;
  readonly isSearch?: boolean;
}

/** The folders of a mailbox, in ascending order of change. Names are unique among siblings. */
export class FolderTree {
  readonly #parts: TreeParts;
  readonly #live = new Map<number, MailFolder>();
  readonly #children = new Map<number, Set<number>>();
  readonly #wellKnown = new Map<string, number>();
  readonly #removed: RemovedFolder[] = [];
  readonly rootKey: number;

  constructor(parts: TreeParts) {
    this.#parts = parts;
    this.rootKey = parts.nextKey();
    this.#put({
      key: this.rootKey,
      parentKey: null,
      displayName: 'Top of Information Store',
      wellKnownName: 'msgfolderroot',
      folderClass: 'IPF.Note',
      isHidden: false,
      isSearch: false,
      seq: parts.nextSeq(),
    });
  }

  get(key: number): MailFolder | undefined {
    return this.#live.get(key);
  }

  byWellKnownName(name: string): MailFolder | undefined {
    return this.#live.get(this.#wellKnown.get(name) ?? -1);
  }

  /** All folders, the root among them, least recently changed first. */
  live(): Iterable<MailFolder> {
    return this.#live.values();
  }

  removed(): readonly RemovedFolder[] {
    return this.#removed;
  }

  /** Direct sub-folders in the order of their names. */
  children(key: number): readonly MailFolder[] {
    return [...(this.#children.get(key) ?? [])]
      .flatMap((child) => this.#live.get(child) ?? [])
      .sort((a, b) => (a.displayName < b.displayName ? -1 : 1));
  }

  childNamed(parentKey: number, name: string): MailFolder | undefined {
    const wanted = name.toLowerCase();
    return this.children(parentKey).find((child) => child.displayName.toLowerCase() === wanted);
  }

  create(fresh: NewFolder): MailFolder {
    return this.#put({
      key: this.#parts.nextKey(),
      parentKey: fresh.parentKey,
      displayName: fresh.displayName,
      wellKnownName: fresh.wellKnownName ?? null,
      folderClass: fresh.folderClass ?? 'IPF.Note',
      isHidden: fresh.isHidden ?? false,
      isSearch: fresh.isSearch ?? false,
      seq: this.#parts.nextSeq(),
    });
  }

  rename(folder: MailFolder, displayName: string): MailFolder {
    return this.#put({ ...folder, displayName, seq: this.#parts.nextSeq() });
  }

  /** Moves a folder; all below it count as changed, because they came to another place. */
  move(folder: MailFolder, parentKey: number): MailFolder {
    const moved = this.#put({ ...folder, parentKey, seq: this.#parts.nextSeq() });
    this.#touchBelow(folder.key);
    return moved;
  }

  #touchBelow(key: number): void {
    for (const child of this.children(key)) {
      this.#put({ ...child, seq: this.#parts.nextSeq() });
      this.#touchBelow(child.key);
    }
  }

  /** True when `key` is `ancestor` or lies below it. */
  isWithin(key: number, ancestor: number): boolean {
    for (let at: number | null = key; at !== null; at = this.#live.get(at)?.parentKey ?? null) {
      if (at === ancestor) return true;
    }
    return false;
  }

  /** Removes a folder with everything below it, deepest first. */
  remove(folder: MailFolder): void {
    for (const child of this.children(folder.key)) this.remove(child);
    this.#parts.drop(folder);
    this.#live.delete(folder.key);
    this.#children.delete(folder.key);
    if (folder.parentKey !== null) this.#children.get(folder.parentKey)?.delete(folder.key);
    if (folder.wellKnownName) this.#wellKnown.delete(folder.wellKnownName);
    this.#removed.push({ seq: this.#parts.nextSeq(), key: folder.key });
  }

  #put(folder: MailFolder): MailFolder {
    const before = this.#live.get(folder.key);
    if (before?.parentKey != null) this.#children.get(before.parentKey)?.delete(folder.key);
    this.#live.delete(folder.key);
    this.#live.set(folder.key, folder);
    if (folder.wellKnownName) this.#wellKnown.set(folder.wellKnownName, folder.key);
    if (folder.parentKey !== null) {
      const siblings = this.#children.get(folder.parentKey) ?? new Set();
      this.#children.set(folder.parentKey, siblings.add(folder.key));
    }
    this.#parts.put(folder);
    return folder;
  }
}
