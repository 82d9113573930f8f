import { removeItem, updateItem } from '../../domain/drive/change-item.ts';
import { createFolder } from '../../domain/drive/create-item.ts';
import { type ApiResponse, json, noContent, ok } from '../core/api-message.ts';
import type { GraphRoute } from '../core/graph-call.ts';
import { contextUrl } from '../core/page-link.ts';
import type { DriveContext } from './drive-context.ts';
import { invalidRequest } from './drive-refusals.ts';
import { addressedItem, type DriveScope, itemRoutes } from './drive-scope.ts';
import {
  asObject,
  CONFLICT_OPTION,
  type Json,
  readConflict,
  readFileTimes,
  readText,
  timesOrNow,
} from './item-body.ts';
import { itemView } from './item-view.ts';
import { checkIfMatch } from './preconditions.ts';
import { UNITS } from './resource-units.ts';
import { frameOf } from './view-frame.ts';

/** Making folders; renaming, moving, re-dating and deleting items. */
export function writeItemRoutes(context: DriveContext): GraphRoute[] {
  return [
    ...itemRoutes(context, {
      method: 'POST',
      suffix: '/children',
      query: [CONFLICT_OPTION, '$select'],
      units: UNITS.write,
      handle: makeFolder,
    }),
    ...itemRoutes(context, {
      method: 'PATCH',
      suffix: '',
      query: [CONFLICT_OPTION, '$select'],
      units: UNITS.write,
      handle: patchItem,
    }),
    ...itemRoutes(context, {
      method: 'DELETE',
      suffix: '',
      query: [],
      units: UNITS.write,
      handle: deleteItem,
    }),
  ];
}

async function makeFolder(scope: DriveScope): Promise<ApiResponse> {
  const { call, drive, context } = scope;
  const body = await call.readJson();
  const name = readText(body, 'name');
  if (name === undefined) throw invalidRequest('The name of the new item is missing.');
  if (body['folder'] === undefined || body['file'] !== undefined) {
    throw invalidRequest('Only folders can be created here: the folder facet is required.');
  }
  asObject(body['folder'], 'folder');
  const { item, created } = createFolder(drive.tree, {
    parentId: addressedItem(scope).id,
    name,
    conflict: conflictOf(scope, body) ?? 'fail',
    times: timesOrNow(readFileTimes(body['fileSystemInfo']), context.clock.nowMs()),
  });
  const view = await itemView(frameOf(scope), item);
  const answer = { '@odata.context': contextUrl(call, 'Collection(driveItem)/$entity'), ...view };
  return json(created ? 201 : 200, answer);
}

async function patchItem(scope: DriveScope): Promise<ApiResponse> {
  const { call, drive } = scope;
  const item = addressedItem(scope);
  checkIfMatch(call, item);
  const body = await call.readJson();
  updateItem(drive.tree, item.id, {
    name: readText(body, 'name'),
    parentId: newParentId(scope, body),
    times: readFileTimes(body['fileSystemInfo']),
    conflict: conflictOf(scope, body),
  });
  const view = await itemView(frameOf(scope), item);
  return ok({ '@odata.context': contextUrl(call, 'driveItems/$entity'), ...view });
}

function deleteItem(scope: DriveScope): ApiResponse {
  const item = addressedItem(scope);
  checkIfMatch(scope.call, item);
  removeItem(scope.drive.tree, item.id);
  return noContent;
}

/** Items move within their drive only; to another one they have to be copied. */
function newParentId({ drive }: DriveScope, body: Json): string | undefined {
  if (body['parentReference'] === undefined) return undefined;
  const reference = asObject(body['parentReference'], 'parentReference');
  const driveId = readText(reference, 'driveId');
  if (driveId !== undefined && driveId !== drive.id) {
    throw invalidRequest('Items cannot be moved between drives.');
  }
  const id = readText(reference, 'id');
  if (id === undefined) throw invalidRequest('The id of the new parent is missing.');
  return id === 'root' ? drive.tree.root.id : id;
}

function conflictOf({ call }: DriveScope, body: Json): ReturnType<typeof readConflict> {
  return readConflict(body[CONFLICT_OPTION] ?? call.options.get(CONFLICT_OPTION));
}
