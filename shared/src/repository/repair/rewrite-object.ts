import { folderPrefix } from '../catalog/catalog-keys.ts';
import { decodeFolder } from '../catalog/decode-row.ts';
import type { CatalogItem } from '../catalog/row.ts';
import { locatedWindows, soundRows } from '../check/sound-rows.ts';
import { isSharedKey } from '../keys/shared-key.ts';
import type { ObjectState } from '../object/object-state.ts';
import type { PlacedContent } from '../read/frame-reader.ts';
import { type LocatedItem, Locator } from '../read/locate.ts';
import type { RunEntry } from '../run/run-layout.ts';
import type { StoredObjectWriter } from '../session/stored-object-writer.ts';
import type { StoredSession } from '../session/stored-session.ts';
import type { FooterIndex } from './footer-index.ts';
import type { StoredPacks } from './stored-packs.ts';
import { type ObjectSurvey, placesOf } from './survey-object.ts';

export interface RepairSources {
  readonly packs: StoredPacks;
  readonly footers: FooterIndex;
  /** For rows of lost items, ms since the epoch. */
  readonly nowMs: number;
}

export interface RepairedRows {
  /** Ids of items whose content is lost, in order. */
  readonly lost: readonly string[];
  /** Contents that were found in packs, and not by the index. */
  readonly found: number;
}

/** What of an object can be kept: its rows, each with where its contents lie, or that they are lost. */
export class ObjectRewrite {
  readonly #state: ObjectState;
  readonly #sources: RepairSources;
  readonly #isOwnKey: (keyId: string) => boolean;
  readonly #lost: string[] = [];
  #found = 0;

  constructor({ state }: ObjectSurvey, sources: RepairSources) {
    const { keyId, olderKeyIds } = state.record;
    const own = new Set([keyId, ...olderKeyIds]);
    this.#state = state;
    this.#sources = sources;
    this.#isOwnKey = (id) => own.has(id) || isSharedKey(id);
  }

  /** @param writer undefined: only tells what would be done */
  async run(writer: StoredObjectWriter | undefined): Promise<RepairedRows> {
    const locator = new Locator(this.#state);
    const rows = withFolders(
      soundRows(this.#state, () => {}),
      writer,
    );
    for await (const window of locatedWindows(this.#state, rows)) {
      for (const located of window) await this.#item(locator, located, writer);
    }
    return { lost: this.#lost, found: this.#found };
  }

  async #item(
    locator: Locator,
    located: LocatedItem,
    writer: StoredObjectWriter | undefined,
  ): Promise<void> {
    const { item } = located;
    const known = await placesOf(locator, located);
    const places = item.content.map((contentId, at) => this.#place(contentId, known[at]));
    const isLost = places.includes(undefined);
    if (isLost) this.#lost.push(item.itemId);
    if (writer === undefined) return;
    for (const [at, placed] of places.entries()) {
      if (placed === undefined || isLost) continue;
      const { address, place } = placed;
      await writer.acceptSegment(address.segment, place, [[item.content[at] ?? '', address]]);
    }
    await writer.putStored(isLost ? this.#lostRow(item) : item);
  }

  #place(contentId: string, known: PlacedContent | undefined): PlacedContent | undefined {
    const { packs, footers } = this.#sources;
    if (known !== undefined && packs.isUsable(known)) return known;
    const found = footers.find(contentId, this.#isOwnKey);
    if (found !== undefined) this.#found += 1;
    return found;
  }

  #lostRow({ recipe: _, ...item }: CatalogItem): CatalogItem {
    const message = 'its content was lost in the repository';
    const { nowMs: sinceMs } = this.#sources;
    const failed = { code: 'E_REPOSITORY_DAMAGED', message, sinceMs, neverStored: true };
    return { ...item, content: [], failed };
  }
}

/** Writes the object anew in the session: nothing of its damaged runs is referred to any more. */
export async function rewriteObject(
  session: StoredSession,
  survey: ObjectSurvey,
  sources: RepairSources,
): Promise<RepairedRows> {
  const { record } = survey.state;
  const writer = await session.openWriter(record, record.contentIds, record);
  const rows = await new ObjectRewrite(survey, sources).run(writer);
  // Without all rows the source is asked for everything: an empty state says so.
  const isWhole = survey.lostParts.length === 0;
  const syncState = isWhole ? (survey.syncState ?? new Uint8Array()) : new Uint8Array();
  await writer.finish({ syncState, mode: record.mode, counts: record.counts });
  return rows;
}

async function* withFolders(
  rows: AsyncIterable<RunEntry & { readonly value: Uint8Array }>,
  writer: StoredObjectWriter | undefined,
): AsyncGenerator<RunEntry & { readonly value: Uint8Array }> {
  for await (const row of rows) {
    if (row.key.startsWith(folderPrefix)) {
      await writer?.putFolder(decodeFolder(row.value));
    }
    yield row;
  }
}
