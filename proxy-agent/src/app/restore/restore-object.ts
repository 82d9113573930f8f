import { type AppError, isAppError } from '@firn/shared/errors/app-error';
import type { ObjectResult, ObjectSelection } from '@firn/shared/gen/firn/link/v1/work';
import type { CatalogItem } from '@firn/shared/repository/catalog/row';
import type { ItemFilter, ObjectReader } from '@firn/shared/repository/point/point-reader';
import type { ProtectedObject } from '../../domain/protected-object.ts';
import type { RestoreItem, Source } from '../../ports/source.ts';
import { FailedItems, objectResult } from '../end-of-object.ts';
import { filterOf, foldersOf } from '../selections.ts';
import type { SessionContext } from '../session-context.ts';
import { makeRestoreJournal } from './journalled-restore.ts';

export interface RestoreObject {
  readonly context: SessionContext;
  readonly source: Source;
  readonly reader: ObjectReader;
  readonly selection: ObjectSelection;
}

/**
 * Puts one object's items back. Items that cannot be read are named, with the
 * pack that they lie in; all others are restored.
 */
export async function restoreObject(options: RestoreObject): Promise<ObjectResult> {
  const { context, source, reader, selection } = options;
  const { object } = reader;
  const filter = await filterOf(selection, reader);
  const target = await source.openForRestore(protectedObjectOf(reader));
  const folders = await target.folders(foldersOf(reader, filter), context.signal);
  const restoring = new Restoring(options);
  const journal = makeRestoreJournal(context.journal, context.key, object.objectId);
  const items = restoring.readable(filter);
  for await (const { itemId, outcome } of target.restore(items, folders, journal, context.signal)) {
    await restoring.ended(itemId, outcome);
  }
  await restoring.tellDamage();
  return objectResult({ object, counts: restoring.counts, failed: restoring.failed });
}

function protectedObjectOf({ object }: ObjectReader): ProtectedObject {
  const { objectId, kind, userId, userPrincipalName, displayName } = object;
  return { id: objectId, kind, userId, userPrincipalName, displayName };
}

class Restoring {
  readonly failed: FailedItems;
  readonly counts = { items: 0n, bytes: 0n };
  readonly #options: RestoreObject;
  /** Items handed to the target whose outcome is not known yet: a window, not all. */
  readonly #underWay = new Map<string, CatalogItem>();
  /** How many items each pack cost. */
  readonly #damagedPacks = new Map<string, number>();

  constructor(options: RestoreObject) {
    this.#options = options;
    this.failed = new FailedItems((folderId) => options.reader.folder(folderId));
  }

  /** Hands on what can be read, in the order of the packs. */
  async *readable(filter: ItemFilter): AsyncGenerator<RestoreItem> {
    for await (const read of this.#options.reader.readInPackOrder(filter)) {
      this.#options.context.signal.throwIfAborted();
      if (read.failure !== undefined) {
        await this.#fail(read.item, read.failure);
        continue;
      }
      this.#underWay.set(read.item.itemId, read.item);
      yield { item: read.item, content: () => read.content() };
    }
  }

  async ended(itemId: string, outcome: { status: string; error?: unknown }): Promise<void> {
    const item = this.#underWay.get(itemId);
    this.#underWay.delete(itemId);
    if (item === undefined) return;
    if (outcome.status === 'failed') {
      return this.#fail(item, outcome.error);
    }
    this.counts.items += 1n;
    this.counts.bytes += BigInt(item.size);
    this.#options.context.progress.add({ items: 1, bytes: item.size });
  }

  async tellDamage(): Promise<void> {
    const { context, reader } = this.#options;
    for (const [pack, items] of this.#damagedPacks) {
      const what = `${items} items of ${reader.object.objectId} cannot be read`;
      await context.events.log('error', `${pack} is damaged: ${what}`);
    }
  }

  async #fail(item: CatalogItem, error: unknown): Promise<void> {
    await this.failed.add(item, error);
    this.#options.context.progress.add({ itemsFailed: 1 });
    const pack = isAppError(error) ? packOf(error) : undefined;
    if (pack === undefined) return;
    this.#damagedPacks.set(pack, (this.#damagedPacks.get(pack) ?? 0) + 1);
  }
}

function packOf(error: AppError): string | undefined {
  const { pack } = error.context;
  return typeof pack === 'string' ? pack : undefined;
}
