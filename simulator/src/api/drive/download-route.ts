import type { DriveItem } from '../../domain/drive/drive-item.ts';
import type { FileContent } from '../../domain/drive/file-content.ts';
import { eTagOf } from '../../domain/drive/item-id.ts';
import type { ApiResponse } from '../core/api-message.ts';
import type { PlainCall, PlainRoute } from '../core/graph-call.ts';
import { type DownloadGrant, readDownloadGrant } from './download-links.ts';
import type { DriveContext } from './drive-context.ts';
import { isTooLargeNotebook } from './notebook.ts';
import { readRange } from './range-header.ts';
import { chargeUnits, UNITS } from './resource-units.ts';

/** `GET /personal/{site}/_layouts/15/download.aspx`: bytes without a bearer token, with Range. */
export function downloadRoute(context: DriveContext): PlainRoute {
  return {
    method: 'GET',
    pattern: '/personal/{site}/_layouts/15/download.aspx',
    handle: (call) => {
      const grant = readDownloadGrant(context, call.query.get('tempauth') ?? '');
      if (!grant || !isUsable(context, call, grant)) return { status: 401 };
      const headers = chargeUnits(context, grant.appId, UNITS.download);
      const item = grant.drive.tree.find(grant.itemId);
      const content = item && contentOf(item, grant);
      if (!item || !content) return { status: 404, headers };
      const response = answer(call, { item, content, inNotebook: isTooLargeNotebook(grant, item) });
      return { ...response, headers: { ...headers, ...response.headers } };
    },
  };
}

/** An Authorization header beside the pre-authenticated URL is refused, as the service may. */
function isUsable(context: DriveContext, call: PlainCall, grant: DownloadGrant): boolean {
  if (call.headers.has('authorization')) return false;
  if (grant.drive.quirks.locked) return false;
  return context.clock.nowMs() < grant.expiresAtMs;
}

function contentOf(item: DriveItem, grant: DownloadGrant): FileContent | undefined {
  if (grant.version === undefined) return item.content;
  return item.versions.find((version) => version.number === grant.version)?.content;
}

function answer(
  call: PlainCall,
  file: { item: DriveItem; content: FileContent; inNotebook: boolean },
): ApiResponse {
  const { item, content } = file;
  if (item.malware !== undefined) {
    return { status: 403, headers: { 'x-virus-infected': 'true' } };
  }
  if (file.inNotebook) return { status: 503 };
  const headers = {
    'content-type': item.mimeType ?? 'application/octet-stream',
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(item.name)}`,
    'accept-ranges': 'bytes',
    etag: eTagOf(item.guid, item.eTagVersion),
  };
  const range = readRange(call.headers.get('range'), content.sizeBytes);
  if (range === 'unsatisfiable') {
    return { status: 416, headers: { 'content-range': `bytes */${content.sizeBytes}` } };
  }
  const { start, end } = range ?? { start: 0, end: content.sizeBytes };
  const partial = range
    ? { 'content-range': `bytes ${start}-${end - 1}/${content.sizeBytes}` }
    : {};
  return {
    status: range ? 206 : 200,
    headers: { ...headers, ...partial, 'content-length': String(end - start) },
    stream: content.read({ start, end }),
  };
}
