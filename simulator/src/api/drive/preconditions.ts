import { DriveError } from '../../domain/drive/drive-error.ts';
import type { DriveItem } from '../../domain/drive/drive-item.ts';
import { cTagOf, eTagOf } from '../../domain/drive/item-id.ts';
import type { GraphCall } from '../core/graph-call.ts';

/** Throws resourceModified (412) when If-Match names another eTag or cTag than the item has. */
export function checkIfMatch(call: GraphCall, item: DriveItem): void {
  const wanted = call.headers.get('if-match');
  if (wanted === undefined || wanted.trim() === '*') return;
  const tags = [eTagOf(item.guid, item.eTagVersion), cTagOf(item.guid, item.cTagVersion)].map(bare);
  if (
    !wanted
      .split(/",\s*/)
      .map(bare)
      .some((tag) => tags.includes(tag))
  ) {
    throw new DriveError('resourceModified', 'ETag does not match current item.');
  }
}

function bare(tag: string): string {
  return tag.replaceAll('"', '').replace(/^W\//, '').trim();
}
