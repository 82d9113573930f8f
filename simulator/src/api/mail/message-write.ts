import type { MailItem, MailProps } from '../../domain/mailbox/mail-item.ts';
import type { Mailbox } from '../../domain/mailbox/mailbox.ts';
import { buildMime } from '../../domain/mime/build-mime.ts';
import { previewOf, propsOfMime, readMimeMessage } from '../../domain/mime/mime-message.ts';
import { type ApiResponse, json, noContent, ok } from '../core/api-message.ts';
import type { GraphCall, GraphRoute } from '../core/graph-call.ts';
import { badRequest } from '../core/graph-error.ts';
import { contextUrl } from '../core/page-link.ts';
import { readFileAttachment } from './attachment-routes.ts';
import type { MailContext } from './mail-context.ts';
import { requireDestination } from './mail-folder-routes.ts';
import { WRITE_MAIL } from './mail-permissions.ts';
import { folderOf, itemOf, laneOfUser, mailboxOfUser } from './mail-scope.ts';
import {
  bodyOfJson,
  changedProps,
  checkMessage,
  createdProps,
  propsOfJson,
} from './message-json.ts';
import { messageView } from './message-view.ts';
import { rewriteMessage } from './rewrite-message.ts';

const BODY_LIMIT_BYTES = 150 * 1024 * 1024;

/** Messages: create (JSON or MIME), change, delete, move, copy. */
export function messageWriteRoutes(context: MailContext): readonly GraphRoute[] {
  const shared = { permissions: WRITE_MAIL, query: [], lane: laneOfUser(context) };
  const create = (call: GraphCall, folder: string) => createMessage(context, call, folder);
  const stems = ['/users/{user}/messages', '/users/{user}/mailFolders/{folder}/messages'] as const;
  return [
    {
      ...shared,
      method: 'POST',
      pattern: stems[0],
      handle: (call) => create(call, 'drafts'),
    },
    {
      ...shared,
      method: 'POST',
      pattern: stems[1],
      handle: (call) => create(call, call.param('folder')),
    },
    ...stems.flatMap((stem): readonly GraphRoute[] => [
      {
        ...shared,
        method: 'PATCH',
        pattern: `${stem}/{message}`,
        handle: (call) => changeMessage(context, call),
      },
      {
        ...shared,
        method: 'DELETE',
        pattern: `${stem}/{message}`,
        handle: (call) => deleteMessage(context, call),
      },
      {
        ...shared,
        method: 'POST',
        pattern: `${stem}/{message}/move()`,
        handle: (call) => placeMessage(context, call, moveTo),
      },
      {
        ...shared,
        method: 'POST',
        pattern: `${stem}/{message}/copy()`,
        handle: (call) => placeMessage(context, call, copyTo),
      },
    ]),
  ];
}

async function createMessage(
  context: MailContext,
  call: GraphCall,
  folderId: string,
): Promise<ApiResponse> {
  const mailbox = mailboxOfUser(context, call);
  const folder = folderOf(mailbox, folderId);
  const isMime = /^text\/plain\b/i.test(call.headers.get('content-type') ?? '');
  const made = isMime ? await readMimeBody(context, call) : await readJsonBody(context, call);
  const item = mailbox.createItem({
    folderKey: folder.key,
    props: made.props,
    content: await context.contents.keep(made.mime),
    sizeBytes: made.mime.byteLength + 512,
  });
  return json(201, await entity(context, call, { mailbox, item }));
}

async function entity(
  context: MailContext,
  call: GraphCall,
  { mailbox, item }: { mailbox: Mailbox; item: MailItem },
): Promise<Record<string, unknown>> {
  return {
    '@odata.context': contextUrl(call, `users('${mailbox.parts.userId}')/messages/$entity`),
    ...(await messageView(context, call, { mailbox, item, select: undefined })),
  };
}

interface MadeMessage {
  readonly props: MailProps;
  readonly mime: Uint8Array;
}

/** Base64 of MIME: whatever it says of itself, it becomes a draft. */
async function readMimeBody(context: MailContext, call: GraphCall): Promise<MadeMessage> {
  const text = new TextDecoder().decode(await call.body.bytes(BODY_LIMIT_BYTES));
  const base64 = text.replaceAll(/\s+/g, '');
  if (base64 === '' || base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) {
    throw badRequest(
      'Invalid base64 string for MIME content.',
      'ErrorMimeContentInvalidBase64String',
    );
  }
  const mime = Buffer.from(base64, 'base64');
  const nowMs = wholeSecond(context);
  const given = { receivedMs: nowMs, isRead: true, isDraft: true };
  const props = propsOfMime(readMimeMessage(mime), given);
  return {
    mime,
    props: { ...props, internetMessageId: props.internetMessageId || newId(context) },
  };
}

async function readJsonBody(context: MailContext, call: GraphCall): Promise<MadeMessage> {
  const body = await call.readJson();
  checkMessage(body);
  const content = bodyOfJson(body) ?? { contentType: 'text', content: '' };
  const files = body['attachments'];
  const attachments = Array.isArray(files)
    ? files.map((file) => readFileAttachment(file as Record<string, unknown>))
    : [];
  const given = propsOfJson(body, emptyProps(context));
  const props = createdProps({
    ...given,
    conversationTopic: given.subject.replace(/^(?:(?:re|fwd?)\s*:\s*)+/i, ''),
    bodyPreview: previewOf(content),
    hasAttachments: attachments.some(({ isInline }) => !isInline),
  });
  return { props, mime: buildMime({ props, body: content, attachments }) };
}

function emptyProps(context: MailContext): MailProps {
  const nowMs = wholeSecond(context);
  return {
    itemClass: 'IPM.Note',
    subject: '',
    from: null,
    sender: null,
    to: [],
    cc: [],
    bcc: [],
    replyTo: [],
    internetMessageId: newId(context),
    sentMs: nowMs,
    receivedMs: nowMs,
    isRead: true,
    isDraft: true,
    importance: 'normal',
    categories: [],
    flagStatus: 'notFlagged',
    readReceipt: false,
    deliveryReceipt: false,
    hasAttachments: false,
    bodyPreview: '',
    conversationTopic: '',
    extended: {},
  };
}

function wholeSecond(context: MailContext): number {
  return Math.floor(context.clock.nowMs() / 1000) * 1000;
}

function newId(context: MailContext): string {
  return `<${context.ids.uuid()}@prod.outlook.example>`;
}

/** What only a draft may change [Microsoft: message-update]. */
const DRAFT_ONLY = [
  'subject',
  'body',
  'toRecipients',
  'ccRecipients',
  'bccRecipients',
  'replyTo',
  'from',
  'sender',
  'internetMessageId',
];

async function changeMessage(context: MailContext, call: GraphCall): Promise<ApiResponse> {
  const mailbox = mailboxOfUser(context, call);
  const item = itemOf(mailbox, call.param('message'));
  const patch = await call.readJson();
  checkMessage(patch);
  const deep = DRAFT_ONLY.filter((name) => patch[name] !== undefined);
  if (!item.props.isDraft && deep.length > 0) {
    throw badRequest(`'${deep[0]}' can be changed only of a draft.`, 'ErrorInvalidPropertySet');
  }
  const props = changedProps(propsOfJson(patch, item.props));
  const body = bodyOfJson(patch);
  const changed =
    deep.length > 0
      ? await rewriteMessage(context, { mailbox, item, props, ...(body ? { body } : {}) })
      : mailbox.changeItem(item, { props });
  return ok(await entity(context, call, { mailbox, item: changed }));
}

/** A deleted message goes to Deleted Items; out of there it goes for good. */
function deleteMessage(context: MailContext, call: GraphCall): ApiResponse {
  const mailbox = mailboxOfUser(context, call);
  const item = itemOf(mailbox, call.param('message'));
  const bin = mailbox.folders.byWellKnownName('deleteditems');
  if (!bin || mailbox.folders.isWithin(item.folderKey, bin.key)) mailbox.deleteItem(item);
  else mailbox.moveItem(item, bin.key);
  return noContent;
}

type Place = (mailbox: Mailbox, item: MailItem, folderKey: number) => MailItem;

const moveTo: Place = (mailbox, item, folderKey) => mailbox.moveItem(item, folderKey);
const copyTo: Place = (mailbox, { props, content, sizeBytes }, folderKey) =>
  mailbox.createItem({ folderKey, props, content, sizeBytes });

async function placeMessage(
  context: MailContext,
  call: GraphCall,
  place: Place,
): Promise<ApiResponse> {
  const mailbox = mailboxOfUser(context, call);
  const item = itemOf(mailbox, call.param('message'));
  const folder = folderOf(mailbox, requireDestination(await call.readJson()));
  return json(
    201,
    await entity(context, call, { mailbox, item: place(mailbox, item, folder.key) }),
  );
}
