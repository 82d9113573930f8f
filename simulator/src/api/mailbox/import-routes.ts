import { decodeItemStream, type StreamedItem } from '../../app/mail/item-stream.ts';
import type { MailItem } from '../../domain/mailbox/mail-item.ts';
import type { Mailbox } from '../../domain/mailbox/mailbox.ts';
import { type ApiResponse, json, ok } from '../core/api-message.ts';
import type { GraphRoute, PlainCall, PlainRoute } from '../core/graph-call.ts';
import { badRequest, GraphError } from '../core/graph-error.ts';
import { contextUrl } from '../core/page-link.ts';
import type { MailContext } from '../mail/mail-context.ts';
import { folderOf, itemOf, laneOfMailbox, mailboxById } from '../mail/mail-scope.ts';

const PATTERN = '/api/gv1.0/Mailboxes/{mailbox}/importItem';
const BODY_LIMIT_BYTES = 220 * 1024 * 1024;

/** `createImportSession`: a pre-authenticated URL outside Graph, good for a while. */
export function createImportSessionRoute(context: MailContext): GraphRoute {
  return {
    method: 'POST',
    pattern: '/admin/exchange/mailboxes/{mailbox}/createImportSession()',
    permissions: ['MailboxItem.ImportExport.All'],
    query: [],
    lane: laneOfMailbox(context),
    handle: (call) => {
      const mailbox = mailboxById(context, call);
      const expiresMs = context.clock.nowMs() + context.importUrlMs;
      const token = context.sealer.seal({ k: 'import', m: mailbox.parts.guid, x: expiresMs });
      const stem = `${call.origin}/api/gv1.0/Mailboxes('${mailbox.mailboxId}')/importItem`;
      return json(201, {
        '@odata.context': contextUrl(call, 'microsoft.graph.mailboxItemImportSession'),
        importUrl: `${stem}?authtoken=${token}`,
        expirationDateTime: new Date(expiresMs).toISOString(),
      });
    },
  };
}

/** `POST importUrl`, judged strictly [Microsoft: import-exchange-mailbox-item]. */
export function importItemRoute(context: MailContext): PlainRoute {
  return {
    method: 'POST',
    pattern: PATTERN,
    handle: async (call) => {
      const mailbox = authorize(context, call);
      const request = readRequest(await readBody(call));
      return importItem(context, call, { mailbox, request });
    },
  };
}

function authorize(context: MailContext, call: PlainCall): Mailbox {
  if (call.headers.has('authorization')) {
    throw badRequest('An import URL takes no Authorization header.', 'ErrorInvalidRequest');
  }
  const token = context.sealer.open(call.query.get('authtoken') ?? '');
  if (token?.['k'] !== 'import') throw unauthorized('The import token is invalid.');
  if (Number(token['x']) < context.clock.nowMs()) throw unauthorized('The import URL expired.');
  const mailbox = context.mailboxes.byMailboxId(call.param('mailbox'));
  if (!mailbox || mailbox.parts.guid !== token['m']) {
    throw unauthorized('The import token is not for this mailbox.');
  }
  return mailbox;
}

function unauthorized(message: string): GraphError {
  return new GraphError({ status: 401, code: 'InvalidAuthenticationToken', message });
}

interface ImportRequest {
  readonly folderId: string;
  readonly data: string;
  /** Present in update mode only. */
  readonly existing: { readonly itemId: string; readonly changeKey: string } | undefined;
}

async function readBody(call: PlainCall): Promise<Readonly<Record<string, unknown>>> {
  const type = call.headers.get('content-type') ?? '';
  if (!/^application\/json\b/i.test(type)) {
    throw new GraphError({
      status: 415,
      code: 'UnsupportedMediaType',
      message: `An item is imported as application/json, not as '${type}'.`,
    });
  }
  const text = new TextDecoder().decode(await call.body.bytes(BODY_LIMIT_BYTES));
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // told below
  }
  throw badRequest('Unable to read JSON request payload.', 'ErrorInvalidRequest');
}

const FIELDS = new Set(['FolderId', 'Mode', 'Data', 'ItemId', 'ChangeKey']);

function readRequest(body: Readonly<Record<string, unknown>>): ImportRequest {
  const unknown = Object.keys(body).find((name) => !FIELDS.has(name));
  if (unknown !== undefined) throw invalid(`The parameter '${unknown}' is not known.`);
  const { FolderId, Mode, Data, ItemId, ChangeKey } = body;
  if (typeof FolderId !== 'string' || FolderId === '') throw invalid('FolderId is required.');
  if (typeof Data !== 'string' || Data === '') throw invalid('Data is required.');
  if (Mode === 'create') {
    if (ItemId !== undefined || ChangeKey !== undefined) {
      throw invalid('ItemId and ChangeKey must not be given in create mode.');
    }
    return { folderId: FolderId, data: Data, existing: undefined };
  }
  if (Mode !== 'update') throw invalid("Mode must be 'create' or 'update'.");
  if (typeof ItemId !== 'string' || typeof ChangeKey !== 'string') {
    throw invalid('ItemId and ChangeKey are required in update mode.');
  }
  return { folderId: FolderId, data: Data, existing: { itemId: ItemId, changeKey: ChangeKey } };
}

function invalid(message: string): GraphError {
  return badRequest(message, 'ErrorInvalidArgument');
}

async function importItem(
  context: MailContext,
  call: PlainCall,
  { mailbox, request }: { mailbox: Mailbox; request: ImportRequest },
): Promise<ApiResponse> {
  const folder = folderOf(mailbox, request.folderId);
  if (folder.isSearch) throw invalid('Items cannot be imported into a search folder.');
  const streamed = decode(context, request.data);
  const content = await context.contents.keep(streamed.mime);
  const fresh = { props: streamed.props, content, sizeBytes: sizeOf(streamed) };
  const item = request.existing
    ? mailbox.changeItem(existingItem(mailbox, folder.key, request.existing), fresh)
    : mailbox.createItem({ folderKey: folder.key, ...fresh });
  return ok({
    '@odata.context': `${call.origin}/api/gv1.0/$metadata#microsoft.graph.importMailboxItemResponse`,
    itemId: mailbox.itemId(item, false),
    changeKey: mailbox.changeKey(item),
  });
}

function decode(context: MailContext, data: string): StreamedItem {
  const isBase64 = /^[A-Za-z0-9+/]+={0,2}$/.test(data) && data.length % 4 === 0;
  const streamed = isBase64 && decodeItemStream(Buffer.from(data, 'base64'), context.hasher);
  if (streamed) return streamed;
  throw badRequest('The data of the item is corrupt.', 'ErrorCorruptData');
}

/** An item takes more in the store than its MIME text. */
function sizeOf({ props, mime }: StreamedItem): number {
  return mime.byteLength + 512 + 2 * props.subject.length;
}

function existingItem(
  mailbox: Mailbox,
  folderKey: number,
  { itemId, changeKey }: { itemId: string; changeKey: string },
): MailItem {
  const item = itemOf(mailbox, itemId);
  if (item.folderKey === folderKey && mailbox.changeKey(item) === changeKey) return item;
  throw new GraphError({
    status: 409,
    code: 'ErrorIrresolvableConflict',
    message: 'The ItemId and ChangeKey do not match an item in the folder.',
  });
}
