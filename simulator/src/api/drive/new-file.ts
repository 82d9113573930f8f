import { checkName, containerAt } from '../../domain/drive/create-item.ts';
import type { Drive } from '../../domain/drive/drive.ts';
import { DriveError } from '../../domain/drive/drive-error.ts';
import type { DriveItem } from '../../domain/drive/drive-item.ts';
import type { DriveScope } from './drive-scope.ts';

/** Where content goes: into an existing file, or to a name in a folder. */
export type ContentPlace =
  | { readonly kind: 'existing'; readonly item: DriveItem }
  | { readonly kind: 'named'; readonly parent: DriveItem; readonly name: string };

/** With a path the last name may be new; the folders above it must exist. */
export function placeOf({ drive, address }: DriveScope): ContentPlace {
  const name = address.names.at(-1);
  if (name === undefined) return { kind: 'existing', item: address.base };
  const above = drive.tree.resolve(address.base.id, address.names.slice(0, -1));
  const parent = containerAt(drive.tree, above.id);
  checkName(drive.tree, parent, name);
  return { kind: 'named', parent, name };
}

/** Throws quotaLimitReached (507) when so many more bytes do not fit. */
export function checkQuota(drive: Drive, moreBytes: number): void {
  const { usedBytes, deletedBytes } = drive.tree;
  if (usedBytes + deletedBytes + moreBytes > drive.quotaBytes) {
    throw new DriveError('quotaLimitReached', 'Insufficient space available.');
  }
}
