import type { MailFolder } from '../../domain/mailbox/mail-folder.ts';
import type { Mailbox } from '../../domain/mailbox/mailbox.ts';
import { type ApiResponse, json, noContent, ok } from '../core/api-message.ts';
import type { GraphCall, GraphRoute } from '../core/graph-call.ts';
import { badRequest } from '../core/graph-error.ts';
import { compileFilter } from '../core/odata-filter.ts';
import { project } from '../core/odata-options.ts';
import { contextUrl } from '../core/page-link.ts';
import { countAnswer, pageBySkip } from '../core/paging.ts';
import { deleteFolder, refuseTaken, requireName } from '../mailbox/folder-routes.ts';
import type { MailContext } from './mail-context.ts';
import {
  isMailFolder,
  MAIL_FOLDER_FILTER,
  MAIL_FOLDER_PROPERTIES,
  mailFolderView,
} from './mail-folder-view.ts';
import { READ_MAIL, WRITE_MAIL } from './mail-permissions.ts';
import { folderOf, laneOfUser, mailboxOfUser } from './mail-scope.ts';

const STEM = '/users/{user}/mailFolders';
const PAGE = { normal: 10, most: 1000 };
const LIST_QUERY = ['$select', '$filter', '$top', '$skip', '$count', 'includeHiddenFolders'];

type ParentOf = (call: GraphCall, mailbox: Mailbox) => MailFolder | undefined;

/** `/users/{id}/mailFolders`: list, get, create, rename, move, delete; children likewise. */
export function mailFolderRoutes(context: MailContext): readonly GraphRoute[] {
  const top: ParentOf = (_call, mailbox) => mailbox.folders.get(mailbox.folders.rootKey);
  const named: ParentOf = (call, mailbox) => folderOf(mailbox, call.param('folder'));
  return [
    ...collectionRoutes(context, STEM, top),
    ...collectionRoutes(context, `${STEM}/{folder}/childFolders`, named),
    ...folderItemRoutes(context),
  ];
}

function collectionRoutes(
  context: MailContext,
  pattern: string,
  parentOf: ParentOf,
): readonly GraphRoute[] {
  const lane = laneOfUser(context);
  return [
    {
      method: 'GET',
      pattern,
      permissions: READ_MAIL,
      query: LIST_QUERY,
      lane,
      handle: (call) => listFolders(call, mailboxOfUser(context, call), parentOf),
    },
    {
      method: 'GET',
      pattern: `${pattern}/$count`,
      permissions: READ_MAIL,
      query: ['$filter', 'includeHiddenFolders'],
      lane,
      handle: (call) => countAnswer(select(call, mailboxOfUser(context, call), parentOf).length),
    },
    {
      method: 'POST',
      pattern,
      permissions: WRITE_MAIL,
      query: [],
      lane,
      handle: (call) => createFolder(call, mailboxOfUser(context, call), parentOf),
    },
  ];
}

function folderItemRoutes(context: MailContext): readonly GraphRoute[] {
  const pattern = `${STEM}/{folder}`;
  const lane = laneOfUser(context);
  const write = { permissions: WRITE_MAIL, query: [], lane };
  return [
    {
      method: 'GET',
      pattern,
      permissions: READ_MAIL,
      query: ['$select'],
      lane,
      handle: (call) => {
        const mailbox = mailboxOfUser(context, call);
        return one(call, mailbox, folderOf(mailbox, call.param('folder')));
      },
    },
    {
      ...write,
      method: 'PATCH',
      pattern,
      handle: (call) => renameFolder(call, mailboxOfUser(context, call)),
    },
    {
      ...write,
      method: 'DELETE',
      pattern,
      handle: (call) => {
        const mailbox = mailboxOfUser(context, call);
        deleteFolder(mailbox, folderOf(mailbox, call.param('folder')));
        return noContent;
      },
    },
    {
      ...write,
      method: 'POST',
      pattern: `${pattern}/move()`,
      handle: (call) => moveFolder(call, mailboxOfUser(context, call)),
    },
  ];
}

function select(call: GraphCall, mailbox: Mailbox, parentOf: ParentOf): readonly MailFolder[] {
  const hidden = call.options.get('includeHiddenFolders')?.toLowerCase();
  if (hidden !== undefined && hidden !== 'true' && hidden !== 'false') {
    throw badRequest(`Invalid value '${hidden}' for includeHiddenFolders.`);
  }
  const children = mailbox.folders
    .children(parentOf(call, mailbox)?.key ?? -1)
    .filter((folder) => isMailFolder(folder) && (hidden === 'true' || !folder.isHidden));
  const { filter } = call.options;
  return filter === undefined
    ? children
    : children.filter(compileFilter(filter, MAIL_FOLDER_FILTER));
}

function listFolders(call: GraphCall, mailbox: Mailbox, parentOf: ParentOf): ApiResponse {
  const page = pageBySkip(call, select(call, mailbox, parentOf), PAGE);
  return ok({
    '@odata.context': contextUrl(call, `users('${mailbox.parts.userId}')/mailFolders`),
    ...page.around,
    value: page.entries.map((folder) => shown(call, mailbox, folder)),
  });
}

function shown(call: GraphCall, mailbox: Mailbox, folder: MailFolder): Record<string, unknown> {
  return project(mailFolderView(mailbox, folder), call.options.select, MAIL_FOLDER_PROPERTIES);
}

function one(call: GraphCall, mailbox: Mailbox, folder: MailFolder): ApiResponse {
  return ok({
    '@odata.context': contextUrl(call, `users('${mailbox.parts.userId}')/mailFolders/$entity`),
    ...shown(call, mailbox, folder),
  });
}

async function createFolder(
  call: GraphCall,
  mailbox: Mailbox,
  parentOf: ParentOf,
): Promise<ApiResponse> {
  const parentKey = parentOf(call, mailbox)?.key ?? mailbox.folders.rootKey;
  const body = await call.readJson();
  const displayName = requireName(body['displayName']);
  refuseTaken(mailbox, parentKey, displayName);
  const isHidden = body['isHidden'] === true;
  return json(
    201,
    one(call, mailbox, mailbox.folders.create({ parentKey, displayName, isHidden })).json,
  );
}

async function renameFolder(call: GraphCall, mailbox: Mailbox): Promise<ApiResponse> {
  const folder = folderOf(mailbox, call.param('folder'));
  const displayName = requireName((await call.readJson())['displayName']);
  const taken = mailbox.folders.childNamed(folder.parentKey ?? -1, displayName);
  if (taken && taken.key !== folder.key) refuseTaken(mailbox, folder.parentKey ?? -1, displayName);
  return one(call, mailbox, mailbox.folders.rename(folder, displayName));
}

async function moveFolder(call: GraphCall, mailbox: Mailbox): Promise<ApiResponse> {
  const folder = folderOf(mailbox, call.param('folder'));
  const target = folderOf(mailbox, requireDestination(await call.readJson()));
  if (mailbox.folders.isWithin(target.key, folder.key)) {
    throw badRequest('A folder cannot be moved below itself.', 'ErrorMoveCopyFailed');
  }
  if (target.key !== folder.parentKey) refuseTaken(mailbox, target.key, folder.displayName);
  return json(201, one(call, mailbox, mailbox.folders.move(folder, target.key)).json);
}

/** `DestinationId`, in either spelling of its first letter. */
export function requireDestination(body: Readonly<Record<string, unknown>>): string {
  const id = body['destinationId'] ?? body['DestinationId'];
  if (typeof id === 'string' && id !== '') return id;
  throw badRequest('The destinationId is required.', 'ErrorInvalidArgument');
}
