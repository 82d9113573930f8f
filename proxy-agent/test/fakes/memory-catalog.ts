import { createHash } from 'node:crypto';
import { gathered } from '@firn/shared/memory/byte-collector';
import type { CatalogFolder, CatalogItem } from '@firn/shared/repository/catalog/row';
import type {
  ItemContent,
  KnownState,
  RestoreItem,
  RestoreJournal,
  SourceChange,
  SourceItem,
  SourceObject,
} from '../../src/ports/source.ts';

const signal = new AbortController().signal;

/** What one session did, by type of change. */
export type ChangeCounts = Partial<Record<SourceChange['type'], number>>;

/** Stores what a source yields as a repository does: a session becomes known when it ends. */
export class MemoryCatalog {
  items = new Map<string, CatalogItem>();
  folders = new Map<string, CatalogFolder>();
  readonly contents = new Map<string, Buffer>();
  syncState: Uint8Array | undefined;
  modes: string[] = [];

  /** Runs a session to its end. */
  async follow(object: SourceObject): Promise<ChangeCounts> {
    const counts: ChangeCounts = {};
    const items = new Map(this.items);
    const folders = new Map(this.folders);
    this.modes = [];
    for await (const change of object.changes(this.syncState, this.known(), signal)) {
      counts[change.type] = (counts[change.type] ?? 0) + 1;
      await this.#apply(change, items, folders);
    }
    this.items = items;
    this.folders = folders;
    return counts;
  }

  known(): KnownState {
    const { items, folders } = this;
    return {
      item: async (id) => items.get(id),
      folder: async (id) => folders.get(id),
      items: () => each(items.values()),
      folders: () => each(folders.values()),
      failedItems: () => each([...items.values()].filter(isFailed).map(({ itemId }) => itemId)),
    };
  }

  /** The stored items as a restore is given them. */
  restoreItems(): AsyncIterable<RestoreItem> {
    return each(
      [...this.items.values()].map((item) => ({
        item,
        content: () => each([this.contents.get(item.content[0] ?? '') ?? Buffer.alloc(0)]),
      })),
    );
  }

  allFolders(): AsyncIterable<CatalogFolder> {
    return each(this.folders.values());
  }

  async #apply(
    change: SourceChange,
    items: Map<string, CatalogItem>,
    folders: Map<string, CatalogFolder>,
  ): Promise<void> {
    if (change.type === 'mode') this.modes.push(change.mode);
    else if (change.type === 'state') this.syncState = change.syncState;
    else if (change.type === 'folder') folders.set(change.folder.folderId, change.folder);
    else if (change.type === 'folder-removed') folders.delete(change.folderId);
    else if (change.type === 'item-removed') items.delete(change.itemId);
    else items.set(change.item.itemId, await this.#row(change, items.get(change.item.itemId)));
  }

  async #row(
    change: Extract<SourceChange, { item: SourceItem }>,
    stored: CatalogItem | undefined,
  ): Promise<CatalogItem> {
    if (change.type === 'item') {
      return { ...change.item, content: [await this.#keep(change.content)] };
    }
    const content = stored?.content ?? [];
    if (change.type === 'item-moved') {
      if (stored === undefined) throw new Error('an item moved that is not stored');
      return { ...change.item, content };
    }
    const failed = { code: 'E', message: String(change.error), sinceMs: 0 };
    return { ...change.item, content, failed };
  }

  async #keep(content: ItemContent): Promise<string> {
    const isWhole = content.kind === 'bytes';
    const bytes = isWhole ? Buffer.from(content.bytes) : await gathered(content.open(signal));
    const digest = createHash('sha256').update(bytes).digest('hex');
    this.contents.set(digest, bytes);
    return digest;
  }
}

/** Remembers what was begun and done, in memory. */
export class MemoryRestoreJournal implements RestoreJournal {
  readonly #notes = new Map<string, string>();
  readonly #done = new Set<string>();

  async begin(itemId: string, note: string): Promise<void> {
    this.#notes.set(itemId, note);
  }

  async done(itemId: string): Promise<void> {
    this.#done.add(itemId);
  }

  async state(itemId: string) {
    if (this.#done.has(itemId)) return { state: 'done' } as const;
    const note = this.#notes.get(itemId);
    return note === undefined ? ({ state: 'none' } as const) : ({ state: 'begun', note } as const);
  }
}

function isFailed({ failed }: CatalogItem): boolean {
  return failed !== undefined;
}

async function* each<T>(values: Iterable<T>): AsyncGenerator<T> {
  yield* values;
}
