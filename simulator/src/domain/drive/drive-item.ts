import type { FileContent } from './file-content.ts';

/** `package` is a OneNote notebook: a folder without the folder facet. */
export type ItemKind = 'folder' | 'file' | 'package';

/** Client-side dates, in whole seconds as SharePoint keeps them. */
export type FileTimes = {
  readonly createdAtMs: number;
  readonly modifiedAtMs: number;
};

export type FileVersion = {
  readonly number: number;
  readonly content: FileContent;
  readonly savedAtMs: number;
};

/** One item of a drive, live or in the recycle bin. Changed by its tree alone. */
export type DriveItem = {
  readonly guid: string;
  readonly id: string;
  readonly kind: ItemKind;
  /** Undefined for the root only. Kept when the item is deleted. */
  parentId: string | undefined;
  name: string;
  /** The service's own stamps. */
  readonly createdAtMs: number;
  modifiedAtMs: number;
  times: FileTimes;
  mimeType: string | undefined;
  content: FileContent | undefined;
  /** Of a folder, the sum of what lies below it. */
  sizeBytes: number;
  /** Oldest first; the last one is the current content. Empty for folders. */
  versions: FileVersion[];
  eTagVersion: number;
  cTagVersion: number;
  malware: string | undefined;
  /** Position of the last change in the drive's change log. */
  changeNumber: number;
  changedAtMs: number;
  deletedAtMs: number | undefined;
};

export function isContainer(item: DriveItem): boolean {
  return item.kind !== 'file';
}

/** Drops what SharePoint does not keep of a date: everything below a second. */
export function toWholeSeconds(timeMs: number): number {
  return Math.floor(timeMs / 1000) * 1000;
}
