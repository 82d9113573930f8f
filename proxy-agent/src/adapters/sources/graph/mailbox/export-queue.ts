import { discardWhole } from '@firn/shared/memory/discard';
import type { KnownState, SourceChange } from '../../../../ports/source.ts';
import type { DescribedItem } from './column-reader.ts';
import { type ExportResult, exportBytesMax, exportItems, exportItemsMax } from './export-reader.ts';
import { itemRow } from './item-row.ts';
import type { MailboxAccess } from './mailbox-api.ts';

interface Export {
  readonly items: readonly DescribedItem[];
  readonly results: Promise<Map<string, ExportResult>>;
}

/** Export calls under way or waiting to be taken: bounds memory to so many times 16 MiB. */
const exportsAheadMax = 2;

/**
 * Groups items into export calls, whichever folder they lie in, and runs one
 * call ahead of whoever takes the items. Give every item to `push`, then `flush`.
 */
export class ExportQueue {
  readonly #access: MailboxAccess;
  readonly #signal: AbortSignal;
  readonly #isKept: KnownState['isKept'];
  readonly #onGone: (itemId: string) => void;
  readonly #onFailed: (itemId: string, folderId: string) => void;
  readonly #running: Export[] = [];
  #group: DescribedItem[] = [];
  #groupBytes = 0;

  constructor(options: {
    readonly access: MailboxAccess;
    readonly signal: AbortSignal;
    readonly isKept: KnownState['isKept'];
    readonly onGone: (itemId: string) => void;
    readonly onFailed: (itemId: string, folderId: string) => void;
  }) {
    this.#access = options.access;
    this.#signal = options.signal;
    this.#isKept = options.isKept;
    this.#onGone = options.onGone;
    this.#onFailed = options.onFailed;
  }

  async *push(described: DescribedItem): AsyncGenerator<SourceChange> {
    const isKept = this.#isKept?.(itemRow(described.item, described.columns)) ?? true;
    if (!isKept) return;
    const { size } = described.item;
    if (this.#groupBytes + size > exportBytesMax) yield* this.#start();
    this.#group.push(described);
    this.#groupBytes += size;
    if (this.#group.length === exportItemsMax) yield* this.#start();
  }

  async *flush(): AsyncGenerator<SourceChange> {
    yield* this.#start();
    while (this.#running.length > 0) yield* this.#takeOldest();
  }

  async *#start(): AsyncGenerator<SourceChange> {
    if (this.#group.length === 0) return;
    while (this.#running.length >= exportsAheadMax) yield* this.#takeOldest();
    const items = this.#group;
    this.#group = [];
    this.#groupBytes = 0;
    const ids = items.map(({ item }) => item.itemId);
    const results = exportItems(this.#access, ids, this.#signal);
    // A failure is thrown where it is taken; until then it is no stray rejection.
    results.catch(() => undefined);
    this.#running.push({ items, results });
  }

  async *#takeOldest(): AsyncGenerator<SourceChange> {
    const oldest = this.#running.shift();
    if (oldest === undefined) return;
    const results = await oldest.results;
    for (const described of oldest.items) {
      const { itemId } = described.item;
      const result = results.get(itemId);
      const change = this.#changeOf(described, result);
      results.delete(itemId);
      if (change !== undefined) yield change;
      // Read by now: see SourceChange.
      if (result?.kind === 'data') discardWhole(result.data);
    }
  }

  #changeOf(
    { item, columns }: DescribedItem,
    result: ExportResult | undefined,
  ): SourceChange | undefined {
    const row = itemRow(item, columns);
    if (result?.kind === 'data') {
      return { type: 'item', item: row, content: { kind: 'bytes', bytes: result.data } };
    }
    if (result?.kind === 'failed') {
      this.#onFailed(item.itemId, item.folderId);
      return { type: 'item-failed', item: row, error: result.error };
    }
    this.#onGone(item.itemId);
    return undefined;
  }
}
