import type { GraphClient } from '../client/graph-client.ts';
import { graphPath, withQuery } from '../client/graph-url.ts';
import type { Lane } from '../client/lane.ts';

/** One drive of one organization: everything its calls have in common. */
export interface DriveAccess {
  readonly client: GraphClient;
  readonly lane: Lane;
  readonly driveId: string;
  readonly onNote: (note: string) => void;
}

/** Resource units of SharePoint. [Microsoft: how-to-avoid-getting-throttled] */
export const units = { single: 1, deltaWithToken: 1, download: 1, list: 2, write: 2 } as const;

const fields =
  'id,name,size,eTag,cTag,lastModifiedDateTime,file,folder,package,root,deleted,malware,' +
  'remoteItem,parentReference,fileSystemInfo,content.downloadUrl';

/** The whole drive; business drives have a delta at their root only. [Microsoft: driveitem-delta] */
export function deltaPath(driveId: string): string {
  return withQuery(graphPath('drives', driveId, 'root', 'delta'), { $select: fields, $top: 500 });
}

export function itemPath(driveId: string, itemId: string): string {
  return withQuery(graphPath('drives', driveId, 'items', itemId), { $select: fields });
}

export function rootPath(driveId: string): string {
  return withQuery(graphPath('drives', driveId, 'root'), { $select: 'id' });
}

/** What a folder holds under a name. */
export function namedPath(driveId: string, folderId: string, name: string): string {
  return `${graphPath('drives', driveId, 'items', folderId)}:${graphPath(name)}`;
}

export function namedItemPath(driveId: string, folderId: string, name: string): string {
  return withQuery(`${namedPath(driveId, folderId, name)}:`, { $select: fields });
}

export function childrenPath(driveId: string, folderId: string): string {
  return graphPath('drives', driveId, 'items', folderId, 'children');
}

/** For PATCH. */
export function plainItemPath(driveId: string, itemId: string): string {
  return graphPath('drives', driveId, 'items', itemId);
}
