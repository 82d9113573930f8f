/** How many packs a retrieval needs beyond the least that its bytes could lie in. */
import type { Repository } from '@firn/shared/repository/repository';
import { packsNeeded, type Selection } from '@firn/shared/repository/retrieve/packs-needed';
import { Random } from '../engine/datasets/random.ts';
import { copyJobId } from './world.ts';

export interface PacksExtra {
  /** The worst of all mailboxes, and their mean. */
  readonly mailboxMost: number;
  readonly mailboxMean: number;
  /** The same for folders, for each year that they span. */
  readonly folderMost: number;
  readonly folderMean: number;
  /** Of a hundred random items. */
  readonly randomItemsPacks: number;
  readonly packs: number;
}

const randomItems = 100;

export async function measurePacksExtra(
  repository: Repository,
  pointId: string,
  packBytes: number,
): Promise<PacksExtra> {
  const point = await repository.openPoint({ jobId: copyJobId, pointId });
  const mailboxes: number[] = [];
  const folders: number[] = [];
  const items: Selection[] = [];
  for (const objectId of point.objectIds) {
    const needed = await packsNeeded(point, [{ objectId }]);
    if (objectId.startsWith('mailbox')) mailboxes.push(extra(needed, packBytes));
    const found = await foldersOf(point, objectId);
    for (const [folderId, { years, itemIds }] of found) {
      const packs = await packsNeeded(point, [{ objectId, folderIds: new Set([folderId]) }]);
      folders.push(extra(packs, packBytes) / years.size);
      items.push({ objectId, itemIds: new Set(itemIds) });
    }
  }
  const random = await packsNeeded(point, chosen(items));
  const all = await packsNeeded(point);
  return {
    mailboxMost: Math.max(...mailboxes),
    mailboxMean: mean(mailboxes),
    folderMost: Math.max(...folders),
    folderMean: mean(folders),
    randomItemsPacks: random.length,
    packs: all.length,
  };
}

function extra(needed: Awaited<ReturnType<typeof packsNeeded>>, packBytes: number): number {
  const bytes = needed.reduce((sum, { neededBytes }) => sum + neededBytes, 0);
  return needed.length - Math.ceil(bytes / packBytes);
}

async function foldersOf(
  point: Awaited<ReturnType<Repository['openPoint']>>,
  objectId: string,
): Promise<ReadonlyMap<string, { years: Set<string>; itemIds: string[] }>> {
  const folders = new Map<string, { years: Set<string>; itemIds: string[] }>();
  const reader = await point.object(objectId);
  for await (const { itemId, folderId, date } of reader.items()) {
    const folder = folders.get(folderId) ?? { years: new Set(), itemIds: [] };
    folders.set(folderId, folder);
    folder.years.add(date.slice(0, 4));
    folder.itemIds.push(itemId);
  }
  return folders;
}

function chosen(selections: readonly Selection[]): Selection[] {
  const random = new Random(5);
  return Array.from({ length: randomItems }, () => {
    const { objectId, itemIds = new Set<string>() } =
      selections[random.below(selections.length)] ?? {};
    const all = [...itemIds];
    const itemId = all[random.below(all.length)] ?? '';
    return { objectId: objectId ?? '', itemIds: new Set([itemId]) };
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
