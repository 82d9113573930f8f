import { checkConflict } from '../../domain/drive/create-item.ts';
import type { Drive } from '../../domain/drive/drive.ts';
import { UploadSession, type UploadTarget } from '../../domain/drive/upload-session.ts';
import type { SpoolRef } from '../../ports/spool.ts';
import { type ApiResponse, ok } from '../core/api-message.ts';
import type { GraphRoute } from '../core/graph-call.ts';
import { contextUrl } from '../core/page-link.ts';
import type { DriveContext } from './drive-context.ts';
import { invalidRequest } from './drive-refusals.ts';
import { type DriveScope, itemRoutes } from './drive-scope.ts';
import {
  asObject,
  CONFLICT_OPTION,
  type Json,
  readConflict,
  readFileTimes,
  readOptionalJson,
  readText,
  timesOrNow,
} from './item-body.ts';
import { checkQuota, placeOf } from './new-file.ts';
import { checkIfMatch } from './preconditions.ts';
import { UNITS } from './resource-units.ts';

/** `POST …/createUploadSession` for a new name or an existing file. */
export function openUploadRoutes(context: DriveContext): GraphRoute[] {
  return itemRoutes(context, {
    method: 'POST',
    suffix: '/createUploadSession',
    query: [],
    units: UNITS.write,
    handle: openUpload,
  });
}

async function openUpload(scope: DriveScope): Promise<ApiResponse> {
  const { call, context, drive } = scope;
  const body = await readOptionalJson(call);
  const item = body['item'] === undefined ? {} : asObject(body['item'], 'item');
  checkDeclaredSize(drive, item);
  const nowMs = context.clock.nowMs();
  const session = new UploadSession<SpoolRef>({
    target: targetOf(scope, item),
    times: timesOrNow(readFileTimes(item['fileSystemInfo']), nowMs),
    deferCommit: body['deferCommit'] === true,
    expiresAtMs: nowMs + context.lifetimes.uploadSessionMs,
  });
  const id = context.ids.uuid();
  context.uploads.add({ id, drive, appId: call.caller.appId, session });
  return ok({
    '@odata.context': contextUrl(call, 'microsoft.graph.uploadSession'),
    expirationDateTime: new Date(session.expiresAtMs).toISOString(),
    nextExpectedRanges: session.nextExpectedRanges(),
    uploadUrl: uploadUrl(scope, id),
  });
}

function targetOf(scope: DriveScope, item: Json): UploadTarget {
  const place = placeOf(scope);
  if (place.kind === 'existing') {
    if (place.item.kind !== 'file') {
      throw invalidRequest('A folder cannot be uploaded to: name the new file in the path.');
    }
    checkIfMatch(scope.call, place.item);
    return { kind: 'existing', itemId: place.item.id };
  }
  const { parent, name } = place;
  const declared = readText(item, 'name');
  if (declared !== undefined && declared !== name) {
    throw invalidRequest(`The path names '${name}', but the body names '${declared}'.`);
  }
  const conflict = readConflict(item[CONFLICT_OPTION]) ?? 'fail';
  checkConflict(scope.drive.tree, { parentId: parent.id, name, conflict });
  return { kind: 'new', parentId: parent.id, name, conflict };
}

function checkDeclaredSize(drive: Drive, item: Json): void {
  const size = item['fileSize'];
  if (size === undefined || size === null) return;
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw invalidRequest("The property 'fileSize' must be a number of bytes.");
  }
  checkQuota(drive, size);
}

function uploadUrl({ call, context, drive }: DriveScope, id: string): string {
  const tempauth = context.sealer.seal({ use: 'upload', id });
  const path = `/personal/${drive.siteName}/_api/v2.0/drive/uploadSession`;
  return `${context.contentPlace.origin ?? call.origin}${path}?guid=${id}&tempauth=v1.${tempauth}`;
}
