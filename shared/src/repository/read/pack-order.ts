import { AppError } from '../../errors/app-error.ts';
import { invariant } from '../../errors/invariant.ts';
import type { CatalogItem } from '../catalog/row.ts';
import { damaged, isDamage } from '../damaged.ts';
import type { ReadItem, ReadingOptions } from '../point/point-reader.ts';
import type { ByteRange } from '../ports.ts';
import { joinContents, type ReadContent } from '../split/join-contents.ts';
import { type ContentSequence, ContentsAhead } from './contents-ahead.ts';
import type { FrameAccess } from './frame-access.ts';
import type { FrameReader } from './frame-reader.ts';
import { ItemWindow, type WindowItem } from './item-window.ts';
import type { LocatedItem, Locator } from './locate.ts';
import type { NamedContent } from './placed-content.ts';

export interface PackOrder {
  readonly objectId: string;
  readonly access: FrameAccess;
  readonly frames: FrameReader;
  readonly locator: Locator;
}

/** Items in the order in which their content lies in packs, window by window. */
export async function* readInPackOrder(
  order: PackOrder,
  items: AsyncIterable<CatalogItem>,
  { isLent }: ReadingOptions = {},
): AsyncGenerator<ReadItem> {
  const { access, frames } = order;
  for await (const window of windows(items)) {
    const located = await window.locate(order.locator);
    const contents = located.sequence;
    const ahead = new ContentsAhead({ access, frames, contents, isLent });
    try {
      for (const item of located) yield await readItem(order, item, { contents, ahead });
    } finally {
      await ahead.close();
    }
  }
}

interface WindowContents {
  readonly contents: ContentSequence;
  readonly ahead: ContentsAhead;
}

/** A small item is read before it is yielded, so that its damage is known. */
async function readItem(
  order: PackOrder,
  { item, from, to, failure }: WindowItem,
  { contents, ahead }: WindowContents,
): Promise<ReadItem> {
  const known = failure ?? neverStored(order, item);
  if (known !== undefined) return failed(item, naming(order, item, known));
  if (to - from !== 1 || item.recipe !== undefined) {
    const lengths = Array.from({ length: to - from }, (_, n) => {
      return contents.at(from + n).address.length;
    });
    const read = (ordinal: number) => ahead.read(from + ordinal);
    return { item, failure: undefined, content: () => joined(order, item, { lengths, read }) };
  }
  try {
    const bytes = await ahead.read(from);
    return { item, failure: undefined, content: () => once(bytes) };
  } catch (error) {
    if (!isDamage(error)) throw error;
    return failed(item, naming(order, item, error));
  }
}

/** The bytes of one item. Damage names the item. */
export async function* stream(
  order: PackOrder,
  { item, contents }: LocatedItem,
): AsyncGenerator<Uint8Array> {
  const { access, frames } = order;
  const sequence = { length: contents.length, at: (at: number) => contentAt(contents, at) };
  const ahead = new ContentsAhead({ access, frames, contents: sequence });
  const lengths = contents.map(({ address }) => address.length);
  try {
    yield* joined(order, item, { lengths, read: (ordinal) => ahead.read(ordinal) });
  } finally {
    await ahead.close();
  }
}

/** A range of one item: nothing is read ahead. Damage names the item. */
export function streamRange(
  order: PackOrder,
  { item, contents }: LocatedItem,
  range: ByteRange,
): AsyncIterable<Uint8Array> {
  const lengths = contents.map(({ address }) => address.length);
  const read = async (ordinal: number) => order.frames.read(contentAt(contents, ordinal));
  return joined(order, item, { lengths, read, range });
}

function contentAt(contents: readonly NamedContent[], ordinal: number): NamedContent {
  const content = contents[ordinal];
  invariant(content !== undefined, `an item has no content ${ordinal}`);
  return content;
}

interface Joining {
  readonly lengths: readonly number[];
  readonly read: ReadContent;
  /** Default: all. */
  readonly range?: ByteRange;
}

async function* joined(
  order: PackOrder,
  item: CatalogItem,
  { lengths, read, range }: Joining,
): AsyncGenerator<Uint8Array> {
  try {
    yield* joinContents({ lengths, recipe: item.recipe }, read, range);
  } catch (error) {
    throw isDamage(error) ? naming(order, item, error) : error;
  }
}

/** An item whose only state could not be read has a row, and no content. */
export function neverStored(
  { objectId }: Pick<PackOrder, 'objectId'>,
  { itemId, failed }: CatalogItem,
): AppError | undefined {
  if (failed?.neverStored !== true) return undefined;
  return new AppError(
    'E_ITEM_NOT_STORED',
    `item ${itemId} could never be backed up: ${failed.message}`,
    { context: { objectId, itemIds: itemId } },
  );
}

function naming(
  { objectId }: Pick<PackOrder, 'objectId'>,
  { itemId }: CatalogItem,
  error: AppError,
): AppError {
  if (error.code !== 'E_REPOSITORY_DAMAGED') return error;
  const pack = error.context['pack'];
  const where = typeof pack === 'string' ? { pack } : {};
  return damaged(error.message, { ...where, objectId, itemIds: itemId }, error);
}

function failed(item: CatalogItem, failure: AppError): ReadItem {
  return { item, failure, content: () => throwing(failure) };
}

// biome-ignore lint/correctness/useYield: an iterable that fails when it is read
async function* throwing(failure: AppError): AsyncGenerator<Uint8Array> {
  throw failure;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function* windows(items: AsyncIterable<CatalogItem>): AsyncGenerator<ItemWindow> {
  let window = new ItemWindow();
  for await (const item of items) {
    window.add(item);
    if (!window.isFull) continue;
    yield window;
    window = new ItemWindow();
  }
  if (!window.isEmpty) yield window;
}
