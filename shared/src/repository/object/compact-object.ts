import { failedKey, itemPrefix } from '../catalog/catalog-keys.ts';
import { decodeItem } from '../catalog/decode-row.ts';
import { addressSegment } from '../index/address.ts';
import { isItemKept } from '../retention/item-cutoff.ts';
import { mergeLevels } from '../run/merge-levels.ts';
import type { Level, Levels, RunEntry, RunKind } from '../run/run-layout.ts';
import type { RunReader } from '../run/run-reader.ts';
import type { RunWriter } from '../run/run-writer.ts';
import type { FinishedDraft } from './object-draft.ts';
import type { ObjectReaders } from './object-readers.ts';
import type { ObjectLevels } from './object-record.ts';
import { RowCounts } from './row-counts.ts';

export interface CompactObject {
  readonly levels: ObjectLevels;
  readonly readers: ObjectReaders;
  readonly writer: (kind: RunKind) => RunWriter;
  /** Item-level retention: rows of older items are dropped; undefined: none are. */
  readonly itemsSinceMs?: number | undefined;
}

const levelsMax = 8;
/** Content ids that are looked up together, so that each index frame is opened once per batch. */
const lookupBatch = 65_536;

/** Merging pays when reading through the deltas costs more than half of the base. */
export function needsCompaction({ catalog, index, table }: ObjectLevels): boolean {
  if ([catalog, index, table].some((levels) => levels.length > levelsMax)) return true;
  const base = entriesOf(catalog.at(-1));
  return catalog.slice(0, -1).reduce((sum, level) => sum + entriesOf(level), 0) > base / 2;
}

/** One level per kind: live rows, and what lies in the segments that they need. */
export async function compactObject(options: CompactObject): Promise<FinishedDraft> {
  const { levels, readers, writer } = options;
  const { level, counts, segments } = await compactCatalog(options);
  const isLive = (segment: string) => segments.has(segment);
  const index = await rewrite(readers.index, levels.index, {
    writer: writer('index'),
    keep: ({ value }) => value !== undefined && isLive(addressSegment(value)),
  });
  const table = await rewrite(readers.table, levels.table, {
    writer: writer('table'),
    keep: ({ key, value }) => value !== undefined && isLive(key),
  });
  return { catalog: asLevels(level), index, table, counts };
}

async function compactCatalog({ levels, readers, writer, itemsSinceMs }: CompactObject) {
  const rows = writer('catalog');
  const live = new LiveSegments(readers.index, levels.index);
  const aged = new AgedItems(itemsSinceMs);
  let counts = RowCounts.of(undefined);
  for await (const entry of mergeLevels(readers.catalog, levels.catalog)) {
    if (entry.value === undefined || aged.isAged(entry.key, entry.value)) continue;
    await rows.add(entry);
    counts = counts.changed(entry.key, 1);
    if (entry.key.startsWith(itemPrefix)) {
      await live.add(decodeItem(entry.value).content);
    }
  }
  return { level: await rows.finish(), counts, segments: await live.finish() };
}

/** Rows that item-level retention drops: of an item, and that it failed, which comes later. */
class AgedItems {
  readonly #sinceMs: number | undefined;
  readonly #failed = new Set<string>();

  constructor(sinceMs: number | undefined) {
    this.#sinceMs = sinceMs;
  }

  isAged(key: string, value: Uint8Array): boolean {
    if (this.#sinceMs === undefined) return false;
    if (this.#failed.has(key)) return true;
    if (!key.startsWith(itemPrefix)) return false;
    const item = decodeItem(value);
    if (isItemKept(item, this.#sinceMs)) return false;
    if (item.failed !== undefined) this.#failed.add(failedKey(item.itemId));
    return true;
  }
}

/** Collects the segments of contents, looking them up in batches, in order of ids. */
class LiveSegments {
  readonly #index: RunReader;
  readonly #levels: Levels;
  readonly #segments = new Set<string>();
  #batch: string[] = [];

  constructor(index: RunReader, levels: Levels) {
    this.#index = index;
    this.#levels = levels;
  }

  async add(contents: readonly string[]): Promise<void> {
    for (const contentId of contents) this.#batch.push(contentId);
    if (this.#batch.length >= lookupBatch) await this.#lookUp();
  }

  async finish(): Promise<ReadonlySet<string>> {
    await this.#lookUp();
    return this.#segments;
  }

  async #lookUp(): Promise<void> {
    for (const contentId of this.#batch.sort()) {
      const address = await this.#index.get(this.#levels, contentId);
      if (address !== undefined) this.#segments.add(addressSegment(address));
    }
    this.#batch = [];
  }
}

async function rewrite(
  reader: RunReader,
  levels: Levels,
  options: { readonly writer: RunWriter; readonly keep: (entry: RunEntry) => boolean },
): Promise<Levels> {
  for await (const entry of mergeLevels(reader, levels)) {
    if (options.keep(entry)) await options.writer.add(entry);
  }
  return asLevels(await options.writer.finish());
}

function asLevels(level: Level): Levels {
  return level.length === 0 ? [] : [level];
}

function entriesOf(level: Level | undefined): number {
  return (level ?? []).reduce((sum, run) => sum + run.entries, 0);
}
