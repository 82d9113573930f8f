import { AppError } from '@firn/shared/errors/app-error';
import type { PointReader } from '@firn/shared/repository/point/point-reader';
import type { Damage } from '@firn/shared/repository/repack/point-copy';
import { FailedItems } from '../end-of-object.ts';

/** Damage met while copying, until the object that it lies in is told. */
export class DamagedItems {
  readonly #point: PointReader;
  readonly #of = new Map<string, Damage[]>();

  constructor(point: PointReader) {
    this.#point = point;
  }

  add(damage: Damage): void {
    const known = this.#of.get(damage.objectId) ?? [];
    this.#of.set(damage.objectId, [...known, damage]);
  }

  /** The object's damaged items, by name; undefined when there are none. */
  async take(objectId: string): Promise<FailedItems | undefined> {
    const damages = this.#of.get(objectId) ?? [];
    this.#of.delete(objectId);
    if (damages.length === 0) return undefined;
    const reader = await this.#point.object(objectId);
    const failed = new FailedItems((folderId) => reader.folder(folderId));
    for (const { pack, itemIds, message } of damages) {
      const error = new AppError('E_REPOSITORY_DAMAGED', message, { context: { pack, objectId } });
      for (const itemId of itemIds) {
        const item = failed.isFull ? undefined : await reader.item(itemId);
        const { name = '', folderId = '' } = item ?? {};
        await failed.add({ itemId, name, folderId }, error);
      }
    }
    return failed;
  }
}
