import type { Counts, FailedItem, ObjectResult } from '@firn/shared/gen/firn/link/v1/work';
import { toProblem } from '@firn/shared/rpc/problem';
import { noCounts } from '../domain/counts.ts';
import { type FindFolder, folderPath } from './folder-path.ts';
import { failedItemsMax } from './session-events.ts';

export interface ItemThatFailed {
  readonly itemId: string;
  readonly name: string;
  readonly folderId: string;
}

/** The items of one object that could not be dealt with: all counted, the first ones named. */
export class FailedItems {
  readonly named: FailedItem[] = [];
  count = 0;
  readonly #findFolder: FindFolder;

  constructor(findFolder: FindFolder) {
    this.#findFolder = findFolder;
  }

  /** Further ones are counted only. */
  get isFull(): boolean {
    return this.named.length >= failedItemsMax;
  }

  async add({ itemId, name, folderId }: ItemThatFailed, error: unknown): Promise<void> {
    this.count += 1;
    if (this.isFull) return;
    const failed = { itemId, name, folder: '', problem: toProblem(error) };
    this.named.push(failed);
    failed.folder = await folderPath(folderId, this.#findFolder);
  }
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
  readonly failed?: FailedItems | undefined;
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
