import type { DriveItem, FileVersion } from '../../domain/drive/drive-item.ts';
import { eTagOf } from '../../domain/drive/item-id.ts';
import { type ApiResponse, ok } from '../core/api-message.ts';
import type { GraphRoute } from '../core/graph-call.ts';
import { GraphError } from '../core/graph-error.ts';
import { contextUrl } from '../core/page-link.ts';
import { downloadUrl } from './download-links.ts';
import type { DriveContext } from './drive-context.ts';
import { invalidRequest, itemNotFound } from './drive-refusals.ts';
import {
  addressedItem,
  DRIVE_STEMS,
  type DriveScope,
  driveRoute,
  itemRoutes,
} from './drive-scope.ts';
import { checkSelect, isoSeconds, itemView, ownerIdentity } from './item-view.ts';
import { isTooLargeNotebook } from './notebook.ts';
import { UNITS } from './resource-units.ts';
import { frameOf } from './view-frame.ts';

/** Reading single items: metadata, content, versions. */
export function readItemRoutes(context: DriveContext): GraphRoute[] {
  return [
    ...itemRoutes(context, {
      method: 'GET',
      suffix: '',
      query: ['$select'],
      units: UNITS.single,
      handle: getItem,
    }),
    ...itemRoutes(context, {
      method: 'GET',
      suffix: '/content',
      query: [],
      units: UNITS.download,
      handle: getContent,
    }),
    ...itemRoutes(context, {
      method: 'GET',
      suffix: '/versions',
      query: ['$select', '$top'],
      units: UNITS.list,
      handle: listVersions,
    }),
    ...DRIVE_STEMS.map((stem) =>
      driveRoute(context, {
        stem,
        method: 'GET',
        suffix: '/items/{item}/versions/{version}/content',
        query: [],
        units: UNITS.download,
        handle: getVersionContent,
      }),
    ),
  ];
}

async function getItem(scope: DriveScope): Promise<ApiResponse> {
  const { call } = scope;
  const item = addressedItem(scope);
  checkSelect(call.options.select);
  const eTag = eTagOf(item.guid, item.eTagVersion);
  if (call.headers.get('if-none-match') === eTag) return { status: 304 };
  const view = await itemView(frameOf(scope), item);
  return ok({ '@odata.context': contextUrl(call, 'driveItems/$entity'), ...view });
}

/** 302 to the pre-authenticated URL; a Range header has no effect here. */
function getContent(scope: DriveScope): ApiResponse {
  const item = addressedItem(scope);
  checkReadable(scope, item);
  return redirect(downloadUrl(scope.context, { ...frameOf(scope), item }));
}

/** The current version is not to be had by this route. */
function getVersionContent(scope: DriveScope): ApiResponse {
  const item = scope.drive.tree.get(scope.call.param('item'));
  checkReadable(scope, item);
  const version = item.versions.find((each) => versionId(each) === scope.call.param('version'));
  if (!version) throw itemNotFound();
  if (version === item.versions.at(-1)) {
    throw invalidRequest('You cannot get the content of the current version.');
  }
  return redirect(downloadUrl(scope.context, { ...frameOf(scope), item, version: version.number }));
}

function listVersions(scope: DriveScope): ApiResponse {
  const item = addressedItem(scope);
  if (item.kind !== 'file') throw invalidRequest('The item has no versions.');
  const lastModifiedBy = ownerIdentity(scope.drive);
  const value = item.versions.toReversed().map((version) => ({
    id: versionId(version),
    lastModifiedBy,
    lastModifiedDateTime: isoSeconds(version.savedAtMs),
    size: version.content.sizeBytes,
  }));
  return ok({ '@odata.context': contextUrl(scope.call, 'Collection(driveItemVersion)'), value });
}

function versionId(version: FileVersion): string {
  return `${version.number}.0`;
}

function checkReadable(scope: DriveScope, item: DriveItem): void {
  if (item.kind !== 'file') throw invalidRequest('The item is not a file and has no content.');
  if (item.malware !== undefined) {
    throw new GraphError({
      status: 403,
      code: 'malwareDetected',
      message: 'Malware was detected in the requested item.',
      headers: { 'x-virus-infected': 'true' },
    });
  }
  if (isTooLargeNotebook(scope, item)) {
    throw new GraphError({
      status: 503,
      code: 'serviceNotAvailable',
      message: 'The OneNote file cannot be downloaded.',
    });
  }
}

function redirect(location: string): ApiResponse {
  return { status: 302, headers: { location, 'cache-control': 'no-store' } };
}
