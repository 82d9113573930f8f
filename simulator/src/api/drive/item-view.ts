import type { Drive } from '../../domain/drive/drive.ts';
import type { DriveItem } from '../../domain/drive/drive-item.ts';
import { cTagOf, eTagOf } from '../../domain/drive/item-id.ts';
import { downloadUrl } from './download-links.ts';
import type { DriveContext } from './drive-context.ts';
import { invalidRequest } from './drive-refusals.ts';

/** For whom and from where an item is shown. */
export type ViewFrame = {
  readonly context: DriveContext;
  readonly drive: Drive;
  /** `https://host:port` of the request. */
  readonly origin: string;
  readonly appId: string;
  readonly select: readonly string[] | undefined;
};

/** Names that $select may carry for a driveItem, in lower case. */
const PROPERTIES: ReadonlySet<string> = new Set(
  [
    'id createdBy createdDateTime description eTag lastModifiedBy lastModifiedDateTime name',
    'parentReference webUrl cTag deleted file fileSystemInfo folder malware package remoteItem',
    'root shared sharepointIds size specialFolder audio image photo video location content bundle',
    'publication searchResult webDavUrl pendingOperations content.downloadUrl',
    '@microsoft.graph.downloadUrl *',
  ]
    .join(' ')
    .toLowerCase()
    .split(' '),
);
const DOWNLOAD_URL = '@microsoft.graph.downloadUrl';

export type Entity = Record<string, unknown>;

/** An item as `GET /items/{id}` and the list of children show it. */
export function itemView(frame: ViewFrame, item: DriveItem): Promise<Entity> {
  return selected(frame, item, {
    ...commonView(frame, item),
    cTag: cTagOf(item.guid, item.cTagVersion),
    parentReference: parentReference(frame.drive, item, { withPath: true }),
  });
}

/** An item as the change feed shows it: no path, no cTag, and hardly anything once deleted. */
export function deltaView(frame: ViewFrame, item: DriveItem): Promise<Entity> {
  const reference = parentReference(frame.drive, item, { withPath: false });
  if (item.deletedAtMs !== undefined) {
    return Promise.resolve(project(frame, tombstone(item, reference)));
  }
  return selected(frame, item, {
    ...commonView(frame, item),
    parentReference: reference,
  });
}

/** Refuses names in $select that a driveItem does not have. */
export function checkSelect(select: readonly string[] | undefined): void {
  for (const name of select ?? []) {
    const head = PROPERTIES.has(name.toLowerCase()) ? name : (name.split('/')[0] ?? name);
    if (!PROPERTIES.has(head.toLowerCase())) {
      throw invalidRequest(`Could not find a property named '${name}' on type 'driveItem'.`);
    }
  }
}

async function selected(frame: ViewFrame, item: DriveItem, entity: Entity): Promise<Entity> {
  const whole: Entity = { ...entity };
  if (wants(frame, 'file') && item.content) {
    const { quickXorHash } = await item.content.digests();
    whole['file'] = { mimeType: item.mimeType, hashes: { quickXorHash } };
  }
  const offersUrl = item.kind === 'file' && item.malware === undefined;
  if (offersUrl && wants(frame, 'content.downloadUrl', DOWNLOAD_URL)) {
    return {
      [DOWNLOAD_URL]: downloadUrl(frame.context, { ...frame, item }),
      ...project(frame, whole),
    };
  }
  return project(frame, whole);
}

function commonView(frame: ViewFrame, item: DriveItem): Entity {
  const { drive } = frame;
  const identity = ownerIdentity(drive);
  return {
    id: item.id,
    name: item.name,
    createdBy: identity,
    createdDateTime: isoSeconds(item.createdAtMs),
    lastModifiedBy: identity,
    lastModifiedDateTime: isoSeconds(item.modifiedAtMs),
    eTag: eTagOf(item.guid, item.eTagVersion),
    webUrl: webUrl(frame, item),
    size: item.sizeBytes,
    fileSystemInfo: {
      createdDateTime: isoSeconds(item.times.createdAtMs),
      lastModifiedDateTime: isoSeconds(item.times.modifiedAtMs),
    },
    ...facetsOf(frame.drive, item),
  };
}

function facetsOf(drive: Drive, item: DriveItem): Entity {
  const childCount = drive.tree.childCount(item.id);
  return {
    ...(item.parentId === undefined ? { root: {} } : {}),
    ...(item.kind === 'folder' ? { folder: { childCount } } : {}),
    ...(item.kind === 'package' ? { package: { type: 'oneNote' } } : {}),
    ...(item.malware === undefined ? {} : { malware: { description: item.malware } }),
  };
}

/** Size 0, no name, no cTag; of the hash only an empty place is left. */
function tombstone(item: DriveItem, reference: Entity): Entity {
  const facet =
    item.kind === 'file'
      ? { file: { mimeType: item.mimeType, hashes: { quickXorHash: null } } }
      : { folder: { childCount: 0 } };
  return {
    id: item.id,
    size: 0,
    parentReference: reference,
    ...facet,
    deleted: { state: 'deleted' },
  };
}

function parentReference(drive: Drive, item: DriveItem, shape: { withPath: boolean }): Entity {
  const reference = { driveType: 'business', driveId: drive.id };
  const parent = drive.tree.ancestorsOf(item).at(-1);
  if (!parent) return reference;
  const placed = { ...reference, id: parent.id, siteId: drive.siteGuids.site };
  if (!shape.withPath) return placed;
  const path = drive.tree.namesTo(parent).map((name) => `/${encodeURIComponent(name)}`);
  return { ...placed, name: parent.name, path: `/drives/${drive.id}/root:${path.join('')}` };
}

function webUrl(frame: ViewFrame, item: DriveItem): string {
  const names = frame.drive.tree.namesTo(item).map(encodeURIComponent);
  return [libraryUrl(frame.origin, frame.drive), ...names].join('/');
}

/** Address of the document library that is the drive. */
export function libraryUrl(origin: string, drive: Drive): string {
  return `${origin}/personal/${drive.siteName}/Documents`;
}

export function ownerIdentity(drive: Drive): Entity {
  const { userId, ownerName, userPrincipalName } = drive;
  return { user: { id: userId, displayName: ownerName, email: userPrincipalName } };
}

/** `2016-03-21T20:01:37Z`: SharePoint shows no fractions. */
export function isoSeconds(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19)}Z`;
}

function wants(frame: ViewFrame, ...names: readonly string[]): boolean {
  const { select } = frame;
  if (!select || select.includes('*')) return true;
  return names.some((name) => select.some((each) => each.toLowerCase() === name.toLowerCase()));
}

function project(frame: ViewFrame, entity: Entity): Entity {
  if (!frame.select || frame.select.includes('*')) return entity;
  const heads = new Set(frame.select.map((name) => (name.split('/')[0] ?? name).toLowerCase()));
  return Object.fromEntries(
    Object.entries(entity).filter(([name]) => name === 'id' || heads.has(name.toLowerCase())),
  );
}
