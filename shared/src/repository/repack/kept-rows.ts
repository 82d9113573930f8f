/** What a copy keeps of an object when the source says that it has lost it. */

import type { CatalogItem } from '../catalog/row.ts';
import type { ObjectRecord } from '../object/object-record.ts';
import type { ObjectState } from '../object/object-state.ts';

/**
 * Of the row of an item that the source does not have, and the one of the target:
 * the content that the target has stays. It is the item's newest when both rows
 * have the same change key; else the state before, and marked as such.
 */
export function keptRow(row: CatalogItem, stored: CatalogItem): CatalogItem {
  if (!isLost(row) || isLost(stored)) return row;
  const { content: _, recipe: __, failed, ...shown } = row;
  if (row.changeKey === stored.changeKey) return { ...stored, ...shown };
  return { ...stored, failed: stored.failed ?? withoutNeverStored(failed) };
}

function isLost({ failed }: CatalogItem): boolean {
  return failed?.neverStored === true;
}

function withoutNeverStored(failed: CatalogItem['failed']): CatalogItem['failed'] {
  if (failed === undefined) return undefined;
  const { neverStored: _, ...kept } = failed;
  return kept;
}

/** Whether contents of both have the same ids: what the one names can be read by the other. */
export function haveSameIds(source: ObjectState, target: ObjectState): boolean {
  return source.record.contentIds === target.record.contentIds;
}

/**
 * A repair leaves no sync state where rows were lost: what such a state does not
 * show may be there all the same.
 */
export function mayLackRows({ state }: Pick<ObjectRecord, 'state'>): boolean {
  return 'inline' in state && state.inline === '';
}
