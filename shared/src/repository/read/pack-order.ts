import { AppError } from '../../errors/app-error.ts';
import { invariant } from '../../errors/invariant.ts';
import type { CatalogItem } from '../catalog/row.ts';
import { damaged, isDamage } from '../damaged.ts';
import type { ReadItem } from '../point/point-reader.ts';
import type { ByteRange } from '../ports.ts';
import { joinContents } from '../split/join-contents.ts';
import { byPlace, type FrameReader } from './frame-reader.ts';
import type { LocatedItem, Locator } from './locate.ts';

const windowItems = 10_000;
const windowContents = 50_000;

export interface PackOrder {
  readonly objectId: string;
  readonly frames: FrameReader;
  readonly locator: Locator;
}

/** Items in the order in which their content lies in packs, window by window. */
export async function* readInPackOrder(
  order: PackOrder,
  items: AsyncIterable<CatalogItem>,
): AsyncGenerator<ReadItem> {
  for await (const window of windows(items)) {
    const located = await order.locator.locateItems(window);
    located.sort(byFirstContent);
    order.frames.plan(located.flatMap(({ contents }) => contents));
    for (const item of located) yield await readItem(order, item);
  }
}

/** A small item is read before it is yielded, so that its damage is known. */
async function readItem(order: PackOrder, located: LocatedItem): Promise<ReadItem> {
  const { item, contents } = located;
  const known = located.failure ?? neverStored(order, item);
  if (known !== undefined) return failed(item, naming(order, item, known));
  const [only] = contents;
  if (only === undefined || contents.length > 1 || item.recipe !== undefined) {
    return { item, failure: undefined, content: () => stream(order, located) };
  }
  try {
    const bytes = await order.frames.read(only, order.objectId);
    return { item, failure: undefined, content: () => once(bytes) };
  } catch (error) {
    if (!isDamage(error)) throw error;
    return failed(item, naming(order, item, error));
  }
}

/** The bytes of one item, or of a range of it. Damage names the item. */
export async function* stream(
  order: PackOrder,
  { item, contents }: LocatedItem,
  range?: ByteRange,
): AsyncGenerator<Uint8Array> {
  const { recipe } = item;
  const lengths = contents.map(({ address }) => address.length);
  const read = async (ordinal: number) => {
    const content = contents[ordinal];
    invariant(content !== undefined, `item ${item.itemId} has no content ${ordinal}`);
    return order.frames.read(content, order.objectId);
  };
  try {
    yield* joinContents({ lengths, recipe }, read, range);
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

async function* windows(items: AsyncIterable<CatalogItem>): AsyncGenerator<CatalogItem[]> {
  let window: CatalogItem[] = [];
  let contents = 0;
  for await (const item of items) {
    window.push(item);
    contents += item.content.length;
    if (window.length < windowItems && contents < windowContents) continue;
    yield window;
    window = [];
    contents = 0;
  }
  if (window.length > 0) yield window;
}

function byFirstContent(a: LocatedItem, b: LocatedItem): number {
  const [first] = a.contents;
  const [second] = b.contents;
  if (first === undefined || second === undefined) {
    return Number(first !== undefined) - Number(second !== undefined);
  }
  return byPlace(first, second);
}
