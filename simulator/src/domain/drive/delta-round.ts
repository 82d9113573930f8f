import type { DriveItem } from './drive-item.ts';
import type { DriveTree } from './drive-tree.ts';

/**
 * Where a client stands in the change feed.
 *
 * `full`: enumerates what is live, in the order of the last change, and leaves deletions to the next
 * round (seen on the service: microsoft-graph-docs-contrib #8794). It ends with a `changes`
 * position at the point where it began, so what changed meanwhile comes again.
 * `changes`: everything that changed after `after`, with deletions.
 */
export type DeltaPosition =
  | { readonly kind: 'full'; readonly after: number; readonly beganAt: number }
  | { readonly kind: 'changes'; readonly after: number };

export type DeltaPage = {
  readonly items: readonly DriveItem[];
  readonly next: DeltaPosition;
  /** Whether the round ends here, so that `next` belongs into a deltaLink. */
  readonly isLast: boolean;
};

export type DeltaOptions = {
  readonly pageSize: number;
  /** Header `deltaExcludeParent`: only what changed, without the folders above it. */
  readonly excludeParents: boolean;
  /** Folders come after what is in them, as they may. */
  readonly childrenFirst?: boolean;
  /** Deleted folders come alone, without what was in them. */
  readonly foldDeletions?: boolean;
};

export function startOfFullRound(tree: DriveTree): DeltaPosition {
  return { kind: 'full', after: 0, beganAt: tree.changes.lastNumber };
}

export function latestPosition(tree: DriveTree): DeltaPosition {
  return { kind: 'changes', after: tree.changes.lastNumber };
}

export function positionAtTime(tree: DriveTree, timeMs: number): DeltaPosition {
  return { kind: 'changes', after: tree.changes.numberAt(timeMs) };
}

/**
 * One page. `pageSize` counts the changed items; the folders above them are added, each once a
 * page, so that a page may be longer than asked for [onedrive-api-docs #295].
 */
export function readDelta(
  tree: DriveTree,
  position: DeltaPosition,
  options: DeltaOptions,
): DeltaPage {
  const changed: DriveItem[] = [];
  let more = false;
  for (const item of tree.changes.after(position.after)) {
    if (!isShown(tree, item, position, options)) continue;
    if (changed.length === options.pageSize) {
      more = true;
      break;
    }
    changed.push(item);
  }
  const items = options.excludeParents ? changed : withParents(tree, changed);
  return {
    items: options.childrenFirst ? items.toReversed() : items,
    next: more ? advance(position, changed) : positionAfterRound(tree, position),
    isLast: !more,
  };
}

function isShown(
  tree: DriveTree,
  item: DriveItem,
  position: DeltaPosition,
  options: DeltaOptions,
): boolean {
  if (item.deletedAtMs === undefined) return true;
  if (position.kind === 'full') return false;
  if (!options.foldDeletions) return true;
  return item.parentId === undefined || tree.find(item.parentId) !== undefined;
}

function withParents(tree: DriveTree, changed: readonly DriveItem[]): DriveItem[] {
  const listed = new Set<DriveItem>();
  if (changed.length > 0) listed.add(tree.root);
  for (const item of changed) {
    for (const parent of tree.ancestorsOf(item)) {
      if (parent.deletedAtMs === undefined) listed.add(parent);
    }
    listed.add(item);
  }
  return [...listed];
}

function advance(position: DeltaPosition, changed: readonly DriveItem[]): DeltaPosition {
  return { ...position, after: changed.at(-1)?.changeNumber ?? position.after };
}

function positionAfterRound(tree: DriveTree, position: DeltaPosition): DeltaPosition {
  if (position.kind === 'full') return { kind: 'changes', after: position.beganAt };
  return latestPosition(tree);
}
