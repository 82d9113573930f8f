import type { MutationPlan, MutationReport } from '../../domain/content-party.ts';
import { removeItem, updateItem } from '../../domain/drive/change-item.ts';
import { createFolder, replaceContent } from '../../domain/drive/create-item.ts';
import type { DriveItem } from '../../domain/drive/drive-item.ts';
import type { DriveTree } from '../../domain/drive/drive-tree.ts';
import type { RandomStream } from '../../domain/random-stream.ts';
import type { Hasher } from '../../ports/hasher.ts';
import { drawContent } from './draw-content.ts';
import { addDrawnFile } from './seed-drive.ts';

type Work = {
  readonly tree: DriveTree;
  readonly random: RandomStream;
  readonly hasher: Hasher;
};

type Counts = {
  -readonly [K in Exclude<keyof MutationReport, 'kind' | 'user'>]: number;
};

/**
 * Changes a drive as its user would between two backups: files made, rewritten, touched, renamed,
 * moved and deleted; folders made, renamed, moved with what is in them, deleted, and replaced by a new one
 * of the same name.
 */
export function mutateDrive(work: Work, plan: MutationPlan): Counts {
  const counts: Counts = {
    created: 0,
    changed: 0,
    moved: 0,
    deleted: 0,
    foldersCreated: 0,
    foldersRenamed: 0,
    foldersMoved: 0,
    foldersDeleted: 0,
  };
  mutateFiles(work, plan, counts);
  for (let n = 0; n < plan.folders; n += 1) mutateFolders(work, counts);
  return counts;
}

function mutateFiles(work: Work, plan: MutationPlan, counts: Counts): void {
  const files = shuffled(work.random, itemsOf(work.tree, 'file'));
  const share = (part: number): number => Math.ceil(part * files.length);
  const rest = files.values();
  for (const file of take(rest, share(plan.deletedShare))) {
    removeItem(work.tree, file.id);
    counts.deleted += 1;
  }
  for (const file of take(rest, share(plan.changedShare))) {
    counts.changed += 1;
    if (work.random.chance(0.25)) {
      updateItem(work.tree, file.id, { times: { modifiedAtMs: work.tree.nowMs() } });
      continue;
    }
    const content = drawContent(work.random.fork(`change ${file.id}`), {
      name: file.name,
      sizeClass: 'small',
      hasher: work.hasher,
    });
    replaceContent(work.tree, file.id, { content });
  }
  for (const file of take(rest, share(plan.movedShare))) {
    moveFile(work, file);
    counts.moved += 1;
  }
  for (let n = share(plan.newShare); n > 0; n -= 1) addFile(work, counts, anyFolder(work));
}

function moveFile({ tree, random }: Work, file: DriveItem): void {
  if (random.chance(0.4)) {
    updateItem(tree, file.id, { name: `renamed ${file.name}`.slice(0, 120), conflict: 'rename' });
    return;
  }
  const folders = containers(tree).filter((folder) => folder.id !== file.parentId);
  if (folders.length > 0) {
    updateItem(tree, file.id, { parentId: random.pick(folders).id, conflict: 'rename' });
  }
}

function mutateFolders(work: Work, counts: Counts): void {
  const { tree, random } = work;
  addFolder(work, counts, { parent: anyFolder(work), name: 'New folder' });
  const renamed = anyFolder(work);
  if (renamed !== tree.root) {
    updateItem(tree, renamed.id, { name: `Renamed ${random.below(1000)}`, conflict: 'rename' });
    counts.foldersRenamed += 1;
  }
  moveFolder(work, counts);
  const replaced = anyFolder(work);
  const parent = tree.ancestorsOf(replaced).at(-1);
  if (parent) {
    dropFolder(work, counts, replaced);
    addFolder(work, counts, { parent, name: replaced.name });
  }
  const dropped = anyFolder(work);
  if (dropped !== tree.root) dropFolder(work, counts, dropped);
}

function moveFolder({ tree, random }: Work, counts: Counts): void {
  const movable = itemsOf(tree, 'folder').filter((folder) => folder !== tree.root);
  if (movable.length === 0) return;
  const folder = random.pick(movable);
  const inside = new Set(tree.subtree(folder));
  const targets = containers(tree).filter(
    (target) => !inside.has(target) && target.id !== folder.parentId,
  );
  if (targets.length === 0) return;
  updateItem(tree, folder.id, { parentId: random.pick(targets).id, conflict: 'rename' });
  counts.foldersMoved += 1;
}

function addFolder(work: Work, counts: Counts, place: { parent: DriveItem; name: string }): void {
  const { item } = createFolder(work.tree, {
    parentId: place.parent.id,
    name: place.name,
    conflict: 'rename',
  });
  counts.foldersCreated += 1;
  addFile(work, counts, item);
}

function addFile(work: Work, counts: Counts, parent: DriveItem): void {
  const { tree, random, hasher } = work;
  const fileRandom = random.fork(`new ${tree.changes.lastNumber}`);
  addDrawnFile(tree, { random: fileRandom, parent, sizeClass: 'small', hasher });
  counts.created += 1;
}

function dropFolder({ tree }: Work, counts: Counts, folder: DriveItem): void {
  for (const item of tree.subtree(folder)) {
    if (item.kind === 'file') counts.deleted += 1;
    else counts.foldersDeleted += 1;
  }
  removeItem(tree, folder.id);
}

function anyFolder({ tree, random }: Work): DriveItem {
  return random.pick(containers(tree));
}

function containers(tree: DriveTree): DriveItem[] {
  return itemsOf(tree, 'folder');
}

function itemsOf(tree: DriveTree, kind: DriveItem['kind']): DriveItem[] {
  return [...tree.subtree(tree.root)].filter((item) => item.kind === kind);
}

function* take(items: IterableIterator<DriveItem>, count: number): Generator<DriveItem> {
  for (let n = 0; n < count; n += 1) {
    const next = items.next();
    if (next.done) return;
    yield next.value;
  }
}

function shuffled(random: RandomStream, items: DriveItem[]): DriveItem[] {
  const left = [...items];
  const order: DriveItem[] = [];
  while (left.length > 0) order.push(...left.splice(random.below(left.length), 1));
  return order;
}
