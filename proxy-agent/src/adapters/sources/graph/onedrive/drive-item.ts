import type { CatalogFolder } from '@firn/shared/repository/catalog/row';
import type { SourceItem } from '../../../../ports/source.ts';
import {
  isRecord,
  type JsonRecord,
  numberAt,
  recordAt,
  requiredTextAt,
  textAt,
} from '../client/json-value.ts';

/** Dates that the client may set; the only ones that come back on restore. */
export interface FileSystemInfo {
  readonly createdDateTime?: string;
  readonly lastModifiedDateTime?: string;
}

interface EntryHead {
  readonly itemId: string;
  readonly parentId: string | undefined;
  readonly name: string;
  readonly fileSystemInfo: FileSystemInfo;
}

export interface FileEntry extends EntryHead {
  readonly kind: 'file';
  readonly size: number;
  readonly changeKey: string;
  readonly modified: string;
  readonly mimeType: string | undefined;
  /** Base64; absent for OneNote and some protected files. */
  readonly quickXorHash: string | undefined;
  /** Pre-authenticated, for about an hour. */
  readonly downloadUrl: string | undefined;
  readonly isMalware: boolean;
}

export interface FolderEntry extends EntryHead {
  readonly kind: 'folder';
  readonly isRoot: boolean;
  /** `folder`, or `package:oneNote` for a notebook. */
  readonly type: string;
}

/** What a drive's delta names. `skipped`: nothing of this drive, e.g. a shortcut to another. */
export type DriveEntry =
  | FileEntry
  | FolderEntry
  | { readonly kind: 'deleted'; readonly itemId: string }
  | { readonly kind: 'skipped'; readonly itemId: string; readonly name: string };

/** @throws AppError E_SOURCE_PROTOCOL when the id is missing */
export function decodeDriveEntry(entry: JsonRecord): DriveEntry {
  const itemId = requiredTextAt(entry, 'id', 'a drive item');
  const name = textAt(entry, 'name') ?? '';
  if (recordAt(entry, 'deleted') !== undefined) return { kind: 'deleted', itemId };
  if (recordAt(entry, 'remoteItem') !== undefined) return { kind: 'skipped', itemId, name };
  const head = {
    itemId,
    parentId: textAt(recordAt(entry, 'parentReference') ?? {}, 'id'),
    name,
    fileSystemInfo: decodeDates(recordAt(entry, 'fileSystemInfo') ?? {}),
  };
  const isRoot = recordAt(entry, 'root') !== undefined;
  const bundle = recordAt(entry, 'package');
  if (isRoot || bundle !== undefined || recordAt(entry, 'folder') !== undefined) {
    const type = bundle === undefined ? 'folder' : `package:${textAt(bundle, 'type') ?? ''}`;
    return { kind: 'folder', ...head, isRoot, type };
  }
  const file = recordAt(entry, 'file');
  return file === undefined ? { kind: 'skipped', itemId, name } : decodeFile(entry, file, head);
}

function decodeFile(entry: JsonRecord, file: JsonRecord, head: EntryHead): FileEntry {
  const size = numberAt(entry, 'size') ?? 0;
  // A deleted file's hash is null, OneNote has none.
  const quickXorHash = textAt(recordAt(file, 'hashes') ?? {}, 'quickXorHash') || undefined;
  return {
    kind: 'file',
    ...head,
    size,
    changeKey: changeKeyOf(entry, quickXorHash, size),
    modified:
      head.fileSystemInfo.lastModifiedDateTime ??
      textAt(entry, 'lastModifiedDateTime') ??
      '1970-01-01T00:00:00Z',
    mimeType: textAt(file, 'mimeType'),
    quickXorHash,
    downloadUrl: textAt(entry, '@microsoft.graph.downloadUrl') || undefined,
    isMalware: recordAt(entry, 'malware') !== undefined,
  };
}

/**
 * Changes whenever the content does. OneDrive for Business omits cTag in deltas
 * [Microsoft: driveitem-delta], so hash and size stand for it, then the eTag,
 * which changes with names too.
 */
function changeKeyOf(entry: JsonRecord, quickXorHash: string | undefined, size: number): string {
  if (quickXorHash !== undefined) return `hash:${quickXorHash}:${size}`;
  const cTag = textAt(entry, 'cTag');
  return cTag === undefined ? `eTag:${textAt(entry, 'eTag') ?? ''}:${size}` : `cTag:${cTag}`;
}

export function decodeDates(record: JsonRecord): FileSystemInfo {
  const createdDateTime = textAt(record, 'createdDateTime');
  const lastModifiedDateTime = textAt(record, 'lastModifiedDateTime');
  return {
    ...(createdDateTime === undefined ? {} : { createdDateTime }),
    ...(lastModifiedDateTime === undefined ? {} : { lastModifiedDateTime }),
  };
}

/** The dates in a stored row. */
export function datesOf(properties: Readonly<Record<string, unknown>>): FileSystemInfo {
  const dates = properties['fileSystemInfo'];
  return isRecord(dates) ? decodeDates(dates) : {};
}

/** Office, PDF, HTML and HEIC: SharePoint or the gallery rewrites them after their size was stated. [facts: rclone, abraunegg/onedrive] */
const rewritten =
  /\.(docx?|docm|dotx?|xlsx?|xlsm|xltx?|pptx?|pptm|potx?|vsdx?|pdf|html?|hei[cf])$/i;

/** Whether size and hash of such a file may differ from what the service states. */
export function isRewritten(name: string): boolean {
  return rewritten.test(name);
}

/** The service cuts to seconds in some answers and not in others. */
export function isSameDates(a: FileSystemInfo, b: FileSystemInfo): boolean {
  return (
    isSameSecond(a.createdDateTime, b.createdDateTime) &&
    isSameSecond(a.lastModifiedDateTime, b.lastModifiedDateTime)
  );
}

function isSameSecond(a: string | undefined, b: string | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  return Math.floor(Date.parse(a) / 1000) === Math.floor(Date.parse(b) / 1000);
}

export function folderRow(entry: FolderEntry): CatalogFolder {
  return {
    folderId: entry.itemId,
    parentId: entry.isRoot ? undefined : entry.parentId,
    name: entry.name,
    type: entry.type,
    wellKnownName: entry.isRoot ? 'root' : undefined,
    properties: { fileSystemInfo: entry.fileSystemInfo },
  };
}

export function fileRow(entry: FileEntry): SourceItem {
  const { mimeType, quickXorHash } = entry;
  return {
    itemId: entry.itemId,
    folderId: entry.parentId ?? '',
    name: entry.name,
    type: 'file',
    changeKey: entry.changeKey,
    size: entry.size,
    date: entry.modified,
    columns: mimeType === undefined ? {} : { mimeType },
    properties: {
      fileSystemInfo: entry.fileSystemInfo,
      ...(quickXorHash === undefined ? {} : { quickXorHash }),
    },
    format: 'file',
  };
}
