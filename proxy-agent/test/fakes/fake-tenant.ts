import { createHash } from 'node:crypto';
import type { CatalogFolder } from '@firn/shared/repository/catalog/row';
import type { ProtectedObject } from '../../src/domain/protected-object.ts';
import type {
  ItemContent,
  KnownState,
  Source,
  SourceChange,
  SourceItem,
  SourceObject,
} from '../../src/ports/source.ts';
import { FakeImports, makeFakeTarget } from './fake-target.ts';

interface StoredItem {
  readonly item: SourceItem;
  readonly bytes: Uint8Array;
  readonly revision: number;
  readonly removed: boolean;
}

interface Place {
  readonly object: ProtectedObject;
  readonly folders: CatalogFolder[];
  readonly items: Map<string, StoredItem>;
}

/** An organization in memory whose sync token is the revision of the last change. */
export class FakeTenant {
  readonly places = new Map<string, Place>();
  /** Item ids in the order in which their content was read. */
  readonly reads: string[] = [];
  /** Ids whose content cannot be read. */
  readonly unreadable = new Set<string>();
  /** Ids of objects that cannot be opened. */
  readonly unreachable = new Set<string>();
  /** Content of these ids comes only after the promise. */
  readonly gates = new Map<string, Promise<void>>();
  readonly imports = new FakeImports();
  #revision = 0;

  addObject(name: string, displayName = name): ProtectedObject {
    const object: ProtectedObject = {
      id: `mailbox:${name}`,
      kind: 'mailbox',
      userId: name,
      userPrincipalName: `${name}@example.com`,
      displayName,
    };
    const inbox = { folderId: 'inbox', parentId: undefined, name: 'Inbox', type: 'IPF.Note' };
    const folders = [{ ...inbox, wellKnownName: 'inbox', properties: {} }];
    this.places.set(object.id, { object, folders, items: new Map() });
    return object;
  }

  addFolder(objectId: string, folder: Pick<CatalogFolder, 'folderId' | 'parentId' | 'name'>): void {
    const rest = { type: 'IPF.Note', wellKnownName: undefined, properties: {} };
    this.#place(objectId).folders.push({ ...folder, ...rest });
  }

  putItem(objectId: string, itemId: string, text: string, row: Partial<SourceItem> = {}): void {
    const revision = ++this.#revision;
    const bytes = new TextEncoder().encode(text);
    const item: SourceItem = {
      itemId,
      folderId: 'inbox',
      name: `subject of ${itemId}`,
      type: 'IPM.Note',
      changeKey: `change-${revision}`,
      size: bytes.length,
      date: '2026-01-02T03:04:05Z',
      columns: {},
      properties: {},
      format: 'fts',
      ...row,
    };
    this.#place(objectId).items.set(itemId, { item, bytes, revision, removed: false });
  }

  removeItem(objectId: string, itemId: string): void {
    const { items } = this.#place(objectId);
    const known = items.get(itemId);
    if (known) items.set(itemId, { ...known, revision: ++this.#revision, removed: true });
  }

  /** `object/item` → digest of all that is there. */
  truth(): Map<string, string> {
    const found = new Map<string, string>();
    for (const [objectId, { items }] of this.places) {
      for (const [itemId, { bytes, removed }] of items) {
        if (!removed) found.set(`${objectId}/${itemId}`, digestOf(bytes));
      }
    }
    return found;
  }

  /** @param imports the calls as a process sees them */
  async open(imports = this.imports): Promise<Source> {
    return {
      listObjects: () => this.#objects(),
      open: async (object) => this.#open(object),
      openForRestore: async ({ id }) => makeFakeTarget(imports, id),
      requests: () => ({ http: this.reads.length, batched: 0 }),
      close: async () => {},
    };
  }

  async *#objects() {
    for (const { object } of this.places.values()) yield object;
  }

  #open(object: ProtectedObject): SourceObject {
    if (this.unreachable.has(object.id)) throw new Error('the mailbox is not there');
    return { changes: (state, known) => this.#changes(object.id, state, known) };
  }

  async *#changes(
    objectId: string,
    state: Uint8Array | undefined,
    known: KnownState,
  ): AsyncGenerator<SourceChange> {
    const { folders, items } = this.#place(objectId);
    const since = state === undefined ? 0 : Number(new TextDecoder().decode(state));
    const newest = this.#revision;
    yield { type: 'mode', mode: state === undefined ? 'full' : 'incremental' };
    if (state === undefined) for (const folder of folders) yield { type: 'folder', folder };
    const again = new Set<string>();
    for await (const itemId of known.failedItems()) again.add(itemId);
    for (const stored of items.values()) {
      const isChanged = stored.revision > since || again.has(stored.item.itemId);
      const isOfInterest = stored.removed ? since > 0 : (known.isKept?.(stored.item) ?? true);
      if (isChanged && isOfInterest) yield this.#changeOf(stored);
    }
    yield { type: 'state', syncState: new TextEncoder().encode(String(newest)) };
  }

  #changeOf({ item, bytes, removed }: StoredItem): SourceChange {
    if (removed) return { type: 'item-removed', itemId: item.itemId };
    return { type: 'item', item, content: this.#content(item.itemId, bytes) };
  }

  #content(itemId: string, bytes: Uint8Array): ItemContent {
    const { reads, unreadable, gates } = this;
    async function* open() {
      reads.push(itemId);
      await gates.get(itemId);
      if (unreadable.has(itemId)) throw new Error('the item cannot be read');
      yield bytes;
    }
    return { kind: 'stream', size: bytes.length, open };
  }

  #place(objectId: string): Place {
    const place = this.places.get(objectId);
    if (place === undefined) throw new Error(`no ${objectId}`);
    return place;
  }
}

export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
