import { infectItem, removeItem, restoreItem } from '../../domain/drive/change-item.ts';
import { createFolder } from '../../domain/drive/create-item.ts';
import type { Drive } from '../../domain/drive/drive.ts';
import type { DriveItem } from '../../domain/drive/drive-item.ts';
import { type ApiResponse, ok } from '../core/api-message.ts';
import type { PlainCall, PlainRoute } from '../core/graph-call.ts';
import type { DriveContext } from './drive-context.ts';
import { invalidRequest, itemNotFound, toGraphError } from './drive-refusals.ts';
import { asObject, type Json, readText } from './item-body.ts';

type Action = (drive: Drive, body: Json) => unknown;

const RESYNCS = ['resyncChangesApplyDifferences', 'resyncChangesUploadDifferences'] as const;

/** What an administrator may do to a drive, by the last segment of the path. */
const ACTIONS: ReadonlyMap<string, Action> = new Map<string, Action>([
  ['quirks', setQuirks],
  ['expire-tokens', expireTokens],
  ['quota', setQuota],
  ['infect', (drive, body) => idOf(infectItem(drive.tree, itemAt(drive, body).id, MALWARE))],
  ['notebook', addNotebook],
  ['delete', (drive, body) => removeItem(drive.tree, itemAt(drive, body).id)],
  ['restore', (drive, body) => idOf(restoreItem(drive.tree, readText(body, 'id') ?? ''))],
]);
const MALWARE = 'Virus:DOS/EICAR_Test_File';

/** `POST /_admin/drives/{user}/{action}`, `…/resource-units`, `…/content-origin`, all with JSON. */
export function driveAdminRoutes(context: DriveContext): PlainRoute[] {
  return [
    {
      method: 'POST',
      pattern: '/_admin/drives/{user}/{action}',
      admin: true,
      handle: async (call) => runAction(context, call),
    },
    {
      method: 'POST',
      pattern: '/_admin/resource-units',
      admin: true,
      handle: async (call) => setLimits(context, await readBody(call)),
    },
    {
      method: 'POST',
      pattern: '/_admin/content-origin',
      admin: true,
      handle: async (call) => setContentOrigin(context, await readBody(call)),
    },
  ];
}

async function runAction(context: DriveContext, call: PlainCall): Promise<ApiResponse> {
  const user = context.directory.find(call.param('user'));
  const drive = user && context.drives.ofUser(user.id);
  const action = ACTIONS.get(call.param('action'));
  if (!drive || !action) throw itemNotFound();
  const body = await readBody(call);
  try {
    return ok({ drive: drive.id, result: action(drive, body) ?? null });
  } catch (error) {
    throw toGraphError(error);
  }
}

async function readBody(call: PlainCall): Promise<Json> {
  const text = new TextDecoder().decode(await call.body.bytes());
  try {
    return text === '' ? {} : asObject(JSON.parse(text), 'body');
  } catch (error) {
    if (error instanceof SyntaxError) throw invalidRequest('The body is no JSON.');
    throw error;
  }
}

/** `{perMinute?, perDay?}`; answers the limits in force and how many requests were refused. */
function setLimits({ meter }: DriveContext, body: Json): ApiResponse {
  meter.limits = {
    perMinute: readUnits(body, 'perMinute') ?? meter.limits.perMinute,
    perDay: readUnits(body, 'perDay') ?? meter.limits.perDay,
  };
  return ok({ ...meter.limits, refused: meter.refused });
}

/** `{origin?}`: pre-authenticated URLs on another host, as on the service; without, on the same. */
function setContentOrigin({ contentPlace }: DriveContext, body: Json): ApiResponse {
  const origin = readText(body, 'origin');
  if (origin !== undefined && !/^https:\/\/[^/]+$/.test(origin)) {
    throw invalidRequest("The property 'origin' must be https://host or https://host:port.");
  }
  contentPlace.origin = origin;
  return ok({ origin: origin ?? null });
}

function readUnits(body: Json, name: string): number | undefined {
  const value = body[name];
  if (value === undefined) return undefined;
  if (typeof value === 'number' && value > 0) return value;
  throw invalidRequest(`The property '${name}' must be a positive number.`);
}

/** `{childrenFirst?, foldDeletions?, locked?: boolean, resync?: code}`. */
function setQuirks(drive: Drive, body: Json): unknown {
  for (const name of ['childrenFirst', 'foldDeletions', 'locked'] as const) {
    if (typeof body[name] === 'boolean') drive.quirks[name] = body[name];
  }
  const resync = RESYNCS.find((code) => code === body['resync']);
  if (resync) drive.quirks.resync = resync;
  return drive.quirks;
}

function expireTokens(drive: Drive): unknown {
  drive.tokenGeneration += 1;
  return { generation: drive.tokenGeneration };
}

/** `{totalBytes}`. */
function setQuota(drive: Drive, body: Json): unknown {
  const totalBytes = body['totalBytes'];
  if (typeof totalBytes !== 'number' || !(totalBytes > 0)) {
    throw invalidRequest("The property 'totalBytes' must be a positive number.");
  }
  drive.quotaBytes = totalBytes;
  return { totalBytes };
}

/** `{name}`: an empty OneNote notebook at the root; its parts are uploaded like files. */
function addNotebook(drive: Drive, body: Json): unknown {
  const { item } = createFolder(drive.tree, {
    parentId: drive.tree.root.id,
    name: readText(body, 'name') ?? 'Notebook',
    conflict: 'rename',
    isNotebook: true,
  });
  return idOf(item);
}

/** `{path}` from the root, or `{id}`. */
function itemAt(drive: Drive, body: Json): DriveItem {
  const id = readText(body, 'id');
  if (id !== undefined) return drive.tree.get(id);
  const names = (readText(body, 'path') ?? '').split('/').filter((name) => name !== '');
  return drive.tree.resolve(drive.tree.root.id, names);
}

function idOf(item: DriveItem): unknown {
  return { id: item.id };
}
