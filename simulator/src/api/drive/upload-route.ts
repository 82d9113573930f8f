import { SpooledContent, spoolBody } from '../../app/drive/spooled-content.ts';
import { putFile, replaceContent, type Saved } from '../../domain/drive/create-item.ts';
import { mimeTypeOf } from '../../domain/drive/mime-type.ts';
import type { FragmentRange } from '../../domain/drive/upload-session.ts';
import { type ApiResponse, json, noContent, ok } from '../core/api-message.ts';
import type { PlainCall, PlainRoute } from '../core/graph-call.ts';
import { GraphError } from '../core/graph-error.ts';
import { readContentRange, refuseFragment } from './content-range.ts';
import type { DriveContext } from './drive-context.ts';
import { invalidRequest, siteLocked, toGraphError } from './drive-refusals.ts';
import { itemView } from './item-view.ts';
import { checkQuota } from './new-file.ts';
import type { PendingUpload } from './pending-uploads.ts';
import { chargeUnits, UNITS } from './resource-units.ts';

type UploadScope = {
  readonly context: DriveContext;
  readonly call: PlainCall;
  readonly upload: PendingUpload;
};

/** The pre-authenticated upload URL: fragments, status, commit, cancel. */
export function uploadRoutes(context: DriveContext): PlainRoute[] {
  const handlers = { PUT: takeFragment, GET: showStatus, POST: commitDeferred, DELETE: cancel };
  return Object.entries(handlers).map(([method, handle]) => ({
    method,
    pattern: '/personal/{site}/_api/v2.0/drive/uploadSession',
    handle: async (call: PlainCall) => {
      try {
        const upload = openUploadOf(context, call);
        const headers = chargeUnits(context, upload.appId, UNITS.write);
        const response = await handle({ context, call, upload });
        return { ...response, headers: { ...headers, ...response.headers } };
      } catch (error) {
        throw toGraphError(error);
      }
    },
  }));
}

function openUploadOf(context: DriveContext, call: PlainCall): PendingUpload {
  if (call.headers.has('authorization')) throw unauthorized();
  const payload = context.sealer.open((call.query.get('tempauth') ?? '').replace(/^v1\./, ''));
  const id = payload?.['use'] === 'upload' ? String(payload['id']) : undefined;
  if (id === undefined || id !== call.query.get('guid')) throw unauthorized();
  const upload = context.uploads.find(id, context.clock.nowMs());
  if (!upload) throw sessionNotFound();
  if (upload.drive.quirks.locked) throw siteLocked();
  return upload;
}

/** Checked before and after the bytes came: another fragment may have arrived meanwhile. */
async function takeFragment(scope: UploadScope): Promise<ApiResponse> {
  const { call, context, upload } = scope;
  const { session } = upload;
  const range = readContentRange(call.headers);
  refuseFragment(session.refuse(range));
  checkQuota(upload.drive, range.total);
  const sizeBytes = range.end - range.start + 1;
  const parts = await spoolBody(context.spool, call.body.stream(), sizeBytes);
  const arrived = parts?.reduce((sum, part) => sum + part.sizeBytes, 0);
  if (!parts || arrived !== sizeBytes) throw lengthMismatch(range, arrived);
  refuseFragment(session.refuse(range));
  session.take(range, parts);
  if (session.state === 'complete' && !session.deferCommit) return commit(scope);
  return { status: 202, json: statusOf(upload) };
}

function showStatus({ upload }: UploadScope): ApiResponse {
  return ok(statusOf(upload));
}

async function commitDeferred(scope: UploadScope): Promise<ApiResponse> {
  if (scope.upload.session.state !== 'complete') {
    throw invalidRequest(
      'The upload session has not received all bytes.',
      'uploadSessionIncomplete',
    );
  }
  return commit(scope);
}

function cancel({ context, upload }: UploadScope): ApiResponse {
  context.uploads.remove(upload.id);
  return noContent;
}

/** On a conflict the session stays until it expires. */
async function commit({ context, call, upload }: UploadScope): Promise<ApiResponse> {
  const { drive, appId } = upload;
  const { item, created } = save(context, upload);
  context.uploads.remove(upload.id);
  const frame = { context, drive, appId, origin: call.origin, select: undefined };
  return json(created ? 201 : 200, await itemView(frame, item));
}

function save(context: DriveContext, { drive, session }: PendingUpload): Saved {
  const content = new SpooledContent(session.parts, context);
  const { target, times } = session;
  checkQuota(drive, content.sizeBytes);
  if (target.kind === 'existing') {
    return { item: replaceContent(drive.tree, target.itemId, { content, times }), created: false };
  }
  return putFile(drive.tree, { ...target, content, times, mimeType: mimeTypeOf(target.name) });
}

function statusOf({ session }: PendingUpload): unknown {
  return {
    expirationDateTime: new Date(session.expiresAtMs).toISOString(),
    nextExpectedRanges: session.nextExpectedRanges(),
  };
}

function lengthMismatch(range: FragmentRange, arrived: number | undefined): GraphError {
  const declared = range.end - range.start + 1;
  return invalidRequest(
    `Content-Range declares ${declared} bytes, but ${arrived ?? 'more'} came.`,
    'fragmentLengthMismatch',
  );
}

/** Also for a bearer token beside the URL's own [rclone #7405]. */
function unauthorized(): GraphError {
  return new GraphError({
    status: 401,
    code: 'unauthenticated',
    message: 'Unauthenticated',
  });
}

function sessionNotFound(): GraphError {
  return new GraphError({
    status: 404,
    code: 'itemNotFound',
    message: 'The upload session was not found.',
    inner: { code: 'uploadSessionNotFound' },
  });
}
