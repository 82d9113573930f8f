import type { MailFolder } from '../../domain/mailbox/mail-folder.ts';
import type { Mailbox } from '../../domain/mailbox/mailbox.ts';
import { type ApiResponse, json, noContent, ok } from '../core/api-message.ts';
import type { GraphCall, GraphRoute } from '../core/graph-call.ts';
import { badRequest, GraphError } from '../core/graph-error.ts';
import { compileFilter } from '../core/odata-filter.ts';
import { project } from '../core/odata-options.ts';
import { contextUrl } from '../core/page-link.ts';
import { countAnswer, pageBySkip } from '../core/paging.ts';
import type { MailContext } from '../mail/mail-context.ts';
import { folderOf, laneOfMailbox, mailboxById } from '../mail/mail-scope.ts';
import { FOLDER_FILTER, FOLDER_PROPERTIES, folderView } from './mailbox-view.ts';

const READ = ['MailboxFolder.Read.All', 'MailboxFolder.ReadWrite.All'];
const WRITE = ['MailboxFolder.ReadWrite.All'];
const LIST_QUERY = ['$select', '$filter', '$top', '$skip', '$orderby', '$count'];
const STEM = '/admin/exchange/mailboxes/{mailbox}/folders';
const PAGE = { normal: 10, most: 1000 };

/** `/admin/exchange/mailboxes/{id}/folders`: list, count, get, create, rename, delete. */
export function mailboxFolderRoutes(context: MailContext): readonly GraphRoute[] {
  const read = { permissions: READ, lane: laneOfMailbox(context) };
  const write = { permissions: WRITE, lane: laneOfMailbox(context), query: [] };
  const parentOf = (call: GraphCall, mailbox: Mailbox): number =>
    folderOf(mailbox, call.param('folder')).key;
  const list = (parent: typeof parentOf) => (call: GraphCall) => {
    const mailbox = mailboxById(context, call);
    return listFolders(call, mailbox, parent(call, mailbox));
  };
  const count = (parent: typeof parentOf) => (call: GraphCall) => {
    const mailbox = mailboxById(context, call);
    return countAnswer(selectFolders(call, mailbox, parent(call, mailbox)).length);
  };
  const create = (parent: typeof parentOf) => async (call: GraphCall) => {
    const mailbox = mailboxById(context, call);
    return createFolder(call, mailbox, parent(call, mailbox));
  };
  const root = (_call: GraphCall, mailbox: Mailbox): number => mailbox.folders.rootKey;
  return [
    { ...read, method: 'GET', pattern: STEM, query: LIST_QUERY, handle: list(root) },
    { ...read, method: 'GET', pattern: `${STEM}/$count`, query: ['$filter'], handle: count(root) },
    { ...write, method: 'POST', pattern: STEM, handle: create(root) },
    {
      ...read,
      method: 'GET',
      pattern: `${STEM}/{folder}`,
      query: ['$select'],
      handle: (call) => {
        const mailbox = mailboxById(context, call);
        return one(call, mailbox, folderOf(mailbox, call.param('folder')));
      },
    },
    {
      ...write,
      method: 'PATCH',
      pattern: `${STEM}/{folder}`,
      handle: (call) => renameFolder(call, mailboxById(context, call)),
    },
    {
      ...write,
      method: 'DELETE',
      pattern: `${STEM}/{folder}`,
      handle: (call) => {
        const mailbox = mailboxById(context, call);
        deleteFolder(mailbox, folderOf(mailbox, call.param('folder')));
        return noContent;
      },
    },
    {
      ...read,
      method: 'GET',
      pattern: `${STEM}/{folder}/childFolders`,
      query: LIST_QUERY,
      handle: list(parentOf),
    },
    {
      ...read,
      method: 'GET',
      pattern: `${STEM}/{folder}/childFolders/$count`,
      query: ['$filter'],
      handle: count(parentOf),
    },
    {
      ...write,
      method: 'POST',
      pattern: `${STEM}/{folder}/childFolders`,
      handle: create(parentOf),
    },
  ];
}

function selectFolders(
  call: GraphCall,
  mailbox: Mailbox,
  parentKey: number,
): readonly MailFolder[] {
  const children = mailbox.folders.children(parentKey);
  const { filter } = call.options;
  return filter === undefined ? children : children.filter(compileFilter(filter, FOLDER_FILTER));
}

function listFolders(call: GraphCall, mailbox: Mailbox, parentKey: number): ApiResponse {
  const { orderby, select } = call.options;
  const folders = [...selectFolders(call, mailbox, parentKey)];
  if (orderby !== undefined) {
    const direction = /^displayName(?:\s+(asc|desc))?$/i.exec(orderby.trim());
    if (!direction) throw badRequest(`The $orderby '${orderby}' is not supported here.`);
    if (direction[1]?.toLowerCase() === 'desc') folders.reverse();
  }
  const page = pageBySkip(call, folders, PAGE);
  return ok({
    '@odata.context': contextUrl(call, `admin/exchange/mailboxes/${mailbox.mailboxId}/folders`),
    ...page.around,
    value: page.entries.map((folder) =>
      project(folderView(mailbox, folder, call.root), select, FOLDER_PROPERTIES),
    ),
  });
}

function one(call: GraphCall, mailbox: Mailbox, folder: MailFolder): ApiResponse {
  return ok({
    '@odata.context': contextUrl(
      call,
      `admin/exchange/mailboxes/${mailbox.mailboxId}/folders/$entity`,
    ),
    ...project(folderView(mailbox, folder, call.root), call.options.select, FOLDER_PROPERTIES),
  });
}

async function createFolder(
  call: GraphCall,
  mailbox: Mailbox,
  parentKey: number,
): Promise<ApiResponse> {
  const body = await call.readJson();
  const displayName = requireName(body['displayName']);
  refuseTaken(mailbox, parentKey, displayName);
  const type = body['type'] ?? 'IPF.Note';
  if (typeof type !== 'string' || !/^IPF(\.\w+)*$/.test(type)) {
    throw badRequest('The type must be a folder class such as IPF.Note.', 'ErrorInvalidArgument');
  }
  const folder = mailbox.folders.create({ parentKey, displayName, folderClass: type });
  return json(201, one(call, mailbox, folder).json);
}

async function renameFolder(call: GraphCall, mailbox: Mailbox): Promise<ApiResponse> {
  const folder = folderOf(mailbox, call.param('folder'));
  const displayName = requireName((await call.readJson())['displayName']);
  if (folder.wellKnownName !== null) throw distinguished();
  if (displayName !== folder.displayName) {
    const taken = mailbox.folders.childNamed(folder.parentKey ?? -1, displayName);
    if (taken && taken.key !== folder.key) throw folderExists(displayName);
  }
  return one(call, mailbox, mailbox.folders.rename(folder, displayName));
}

/** Deletes a folder with all in it; distinguished folders cannot go. */
export function deleteFolder(mailbox: Mailbox, folder: MailFolder): void {
  if (folder.wellKnownName !== null) throw distinguished();
  mailbox.folders.remove(folder);
}

export function requireName(value: unknown): string {
  if (typeof value === 'string' && value.trim() !== '' && value.length <= 255) return value;
  throw badRequest('A displayName of 1 to 255 characters is required.', 'ErrorInvalidArgument');
}

export function refuseTaken(mailbox: Mailbox, parentKey: number, displayName: string): void {
  if (mailbox.folders.childNamed(parentKey, displayName)) throw folderExists(displayName);
}

function folderExists(displayName: string): GraphError {
  return new GraphError({
    status: 409,
    code: 'ErrorFolderExists',
    message: `A folder with the specified name already exists., ${displayName}`,
  });
}

function distinguished(): GraphError {
  return new GraphError({
    status: 403,
    code: 'ErrorDeleteDistinguishedFolder',
    message: 'Distinguished folders cannot be changed or deleted.',
  });
}
