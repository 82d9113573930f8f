import type { MailItem } from '../../domain/mailbox/mail-item.ts';
import type { Mailbox } from '../../domain/mailbox/mailbox.ts';
import type { MimeAttachment } from '../../domain/mime/mime-message.ts';
import { readMimeMessage } from '../../domain/mime/mime-message.ts';
import { type ApiResponse, json, noContent, ok } from '../core/api-message.ts';
import type { GraphCall, GraphRoute } from '../core/graph-call.ts';
import { badRequest, GraphError, notFound } from '../core/graph-error.ts';
import { project } from '../core/odata-options.ts';
import { contextUrl } from '../core/page-link.ts';
import { notServed } from '../core/unserved.ts';
import { attachmentId, attachmentViews } from './attachment-view.ts';
import type { MailContext } from './mail-context.ts';
import { READ_MAIL, WRITE_MAIL } from './mail-permissions.ts';
import { itemOf, laneOfUser, mailboxOfUser } from './mail-scope.ts';
import { rewriteMessage } from './rewrite-message.ts';

const STEM = '/users/{user}/messages/{message}/attachments';
const SIMPLE_MAX_BYTES = 3 * 1024 * 1024;

/** Attachments: list (paging is ignored, as by the service), get, bytes, add, delete. */
export function attachmentRoutes(context: MailContext): readonly GraphRoute[] {
  const lane = laneOfUser(context);
  const read = { method: 'GET' as const, permissions: READ_MAIL, lane };
  const write = { permissions: WRITE_MAIL, query: [], lane };
  return [
    {
      ...read,
      pattern: STEM,
      query: ['$select', '$expand', '$top', '$skip'],
      handle: (call) => listAttachments(context, call),
    },
    {
      ...read,
      pattern: `${STEM}/{attachment}`,
      query: ['$select', '$expand'],
      handle: (call) => getAttachment(context, call),
    },
    {
      ...read,
      pattern: `${STEM}/{attachment}/$value`,
      query: [],
      handle: (call) => getBytes(context, call),
    },
    { ...write, method: 'POST', pattern: STEM, handle: (call) => addAttachment(context, call) },
    {
      ...write,
      method: 'POST',
      pattern: `${STEM}/createUploadSession`,
      handle: () => {
        throw notServed('createUploadSession');
      },
    },
    {
      ...write,
      method: 'DELETE',
      pattern: `${STEM}/{attachment}`,
      handle: (call) => deleteAttachment(context, call),
    },
  ];
}

function target(context: MailContext, call: GraphCall): { mailbox: Mailbox; item: MailItem } {
  const mailbox = mailboxOfUser(context, call);
  return { mailbox, item: itemOf(mailbox, call.param('message')) };
}

function wantsItem(call: GraphCall): boolean {
  const { expand } = call.options;
  if (expand === undefined) return false;
  if (/^microsoft\.graph\.itemAttachment\/item$/i.test(expand.trim())) return true;
  throw badRequest(`The $expand '${expand}' is not supported here.`);
}

function contextOf(call: GraphCall, mailbox: Mailbox, suffix = ''): string {
  const message = call.param('message');
  const stem = `users('${mailbox.parts.userId}')/messages('${message}')/attachments`;
  return contextUrl(call, `${stem}${suffix}`);
}

async function listAttachments(context: MailContext, call: GraphCall): Promise<ApiResponse> {
  const shown = target(context, call);
  const views = await attachmentViews(context, shown, wantsItem(call));
  const value = views.map((view) => project(view, call.options.select));
  return ok({ '@odata.context': contextOf(call, shown.mailbox), value });
}

async function findIndex(
  context: MailContext,
  call: GraphCall,
): Promise<{ mailbox: Mailbox; item: MailItem; index: number; files: readonly MimeAttachment[] }> {
  const { mailbox, item } = target(context, call);
  const files = readMimeMessage(await context.contents.read(item.content)).attachments;
  const wanted = call.param('attachment');
  const index = files.findIndex((_file, i) => attachmentId(mailbox, item, i) === wanted);
  if (index >= 0) return { mailbox, item, index, files };
  throw notFound('ErrorItemNotFound', 'The specified object was not found in the store.');
}

async function getAttachment(context: MailContext, call: GraphCall): Promise<ApiResponse> {
  const { mailbox, item, index } = await findIndex(context, call);
  const views = await attachmentViews(context, { mailbox, item }, wantsItem(call));
  const view = project(views[index] ?? {}, call.options.select);
  return ok({ '@odata.context': contextOf(call, mailbox, '/$entity'), ...view });
}

async function getBytes(context: MailContext, call: GraphCall): Promise<ApiResponse> {
  const { index, files } = await findIndex(context, call);
  const file = files[index];
  const type = file?.isItem ? 'text/plain' : (file?.contentType ?? 'application/octet-stream');
  return {
    status: 200,
    headers: { 'content-type': type },
    bytes: file?.bytes ?? new Uint8Array(),
  };
}

async function addAttachment(context: MailContext, call: GraphCall): Promise<ApiResponse> {
  const { mailbox, item } = target(context, call);
  const file = readFileAttachment(await call.readJson(SIMPLE_MAX_BYTES * 2));
  const changed = await rewriteMessage(context, { mailbox, item, add: [file] });
  const views = await attachmentViews(context, { mailbox, item: changed });
  return json(201, {
    '@odata.context': contextOf(call, mailbox, '/$entity'),
    ...views.at(-1),
  });
}

async function deleteAttachment(context: MailContext, call: GraphCall): Promise<ApiResponse> {
  const { mailbox, item, index } = await findIndex(context, call);
  await rewriteMessage(context, { mailbox, item, drop: index });
  return noContent;
}

/** A fileAttachment as it is posted; larger ones need an upload session. */
export function readFileAttachment(body: Readonly<Record<string, unknown>>): MimeAttachment {
  const type = body['@odata.type'];
  if (type !== '#microsoft.graph.fileAttachment' && type !== 'microsoft.graph.fileAttachment') {
    throw badRequest(`Attachments of the type '${String(type)}' are not supported here.`);
  }
  const { name, contentBytes, contentType, contentId, isInline } = body;
  if (typeof name !== 'string' || typeof contentBytes !== 'string') {
    throw badRequest(
      'A fileAttachment needs name and contentBytes.',
      'ErrorRequiredPropertyMissing',
    );
  }
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(contentBytes) || contentBytes.length % 4 !== 0) {
    throw badRequest("Cannot convert the contentBytes of an attachment to 'Edm.Binary'.");
  }
  const bytes = Buffer.from(contentBytes, 'base64');
  if (bytes.byteLength > SIMPLE_MAX_BYTES) {
    throw new GraphError({
      status: 413,
      code: 'ErrorMessageSizeExceeded',
      message: 'Attachments of 3 MB or more need an upload session.',
    });
  }
  return {
    name,
    contentType: typeof contentType === 'string' ? contentType : 'application/octet-stream',
    contentId: typeof contentId === 'string' ? contentId : null,
    contentLocation: null,
    isInline: isInline === true,
    isItem: false,
    bytes,
  };
}
