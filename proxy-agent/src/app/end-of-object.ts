import type { Counts, FailedItem, ObjectResult } from '@firn/shared/gen/firn/link/v1/work';
import type { CatalogItem } from '@firn/shared/repository/catalog/row';
import { toProblem } from '@firn/shared/rpc/problem';
import { noCounts } from '../domain/counts.ts';
import { failedItemsMax } from './session-events.ts';

/** The items of one object that could not be dealt with: all counted, the first ones named. */
export class FailedItems {
  readonly named: FailedItem[] = [];
  count = 0;

  /** Further ones are counted only. */
  get isFull(): boolean {
    return this.named.length >= failedItemsMax;
  }

  add(item: { itemId: string; name: string; folder: string }, error: unknown): void {
    this.count += 1;
    if (this.isFull) return;
    this.named.push({ ...item, problem: toProblem(error) });
  }
}

/** @param item its row, when there is one */
export function failedItemOf(itemId: string, item: CatalogItem | undefined) {
  return { itemId, name: item?.name ?? '', folder: item?.folderId ?? '' };
}

export interface ObjectOfResult {
  readonly objectId: string;
  readonly kind: string;
  readonly displayName: string;
  readonly userPrincipalName: string;
}

export interface EndOfObject {
  readonly object: ObjectOfResult;
  readonly mode?: 'full' | 'incremental' | undefined;
  readonly counts?: Partial<Counts>;
  readonly failed?: FailedItems;
  /** Nothing to do: neither items nor sync state changed. */
  readonly unchanged?: boolean;
  /** The object as a whole failed. */
  readonly error?: unknown;
}

/** The result of one object as it travels. */
export function objectResult(end: EndOfObject): ObjectResult {
  const { object, failed } = end;
  return {
    objectId: object.objectId,
    kind: object.kind,
    name: object.displayName,
    user: object.userPrincipalName,
    status: statusOf(end),
    mode: end.mode ?? '',
    counts: { ...noCounts(), ...end.counts, itemsFailed: BigInt(failed?.count ?? 0) },
    failedItems: failed?.named ?? [],
    problem: end.error === undefined ? undefined : toProblem(end.error),
  };
}

function statusOf(end: EndOfObject): string {
  if (end.error !== undefined) return 'failed';
  if ((end.failed?.count ?? 0) > 0) return 'warning';
  return end.unchanged === true ? 'unchanged' : 'success';
}
