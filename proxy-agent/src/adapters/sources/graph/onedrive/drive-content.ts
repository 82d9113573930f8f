import { AppError, isAppError } from '@firn/shared/errors/app-error';
import type { HttpReply } from '../client/http-sender.ts';
import { readText } from '../client/http-sender.ts';
import { jsonOrUndefined, recordOf } from '../client/json-value.ts';
import { type DriveAccess, itemPath, units } from './drive-api.ts';
import { decodeDriveEntry, type FileEntry, isRewritten } from './drive-item.ts';
import { QuickXorHash } from './quick-xor-hash.ts';

/** Breaks in a row without a byte between them. */
const breaksMax = 5;
/** A download URL lives for about an hour; a file that takes longer needs several. */
const freshUrlsMax = 100;
const errorMaxBytes = 64 * 1024;

interface Progress {
  url: string | undefined;
  offset: number;
  breaks: number;
  urls: number;
}

/**
 * The content of a file by its pre-authenticated URL. After a break it goes on
 * where it stopped (Range); an expired URL is replaced by asking for the item
 * again. Size and hash are compared at the end.
 * @throws AppError E_SOURCE_CONTENT_MISMATCH, E_SOURCE_MALWARE, E_SOURCE_NOT_FOUND, …
 */
export async function* readContent(
  access: DriveAccess,
  file: FileEntry,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const hash = new QuickXorHash();
  const progress: Progress = { url: file.downloadUrl, offset: 0, breaks: 0, urls: 0 };
  for (let isDone = file.size === 0; !isDone; ) {
    const reply = await openAt(access, file, { progress, signal });
    try {
      for await (const piece of fromOffset(reply, progress.offset)) {
        hash.update(piece);
        progress.offset += piece.length;
        progress.breaks = 0;
        yield piece;
      }
      isDone = true;
    } catch (error) {
      progress.breaks += 1;
      if (!isAppError(error, 'E_SOURCE_UNAVAILABLE') || progress.breaks > breaksMax) throw error;
    }
  }
  verify(access, file, hash);
}

async function openAt(
  access: DriveAccess,
  file: FileEntry,
  at: { readonly progress: Progress; readonly signal: AbortSignal },
): Promise<HttpReply> {
  const { progress, signal } = at;
  for (;;) {
    progress.url ??= await freshUrl(access, file, at);
    const { url, offset } = progress;
    const reply = await access.client.retrying({ method: 'GET', signal }, () =>
      download(access, url, { offset, signal }),
    );
    if (reply !== 'expired') return reply;
    progress.url = undefined;
  }
}

/** Range is for this URL only, and never `bytes=0-`: empty files refuse it. [facts: corso] */
async function download(
  access: DriveAccess,
  url: string,
  at: { readonly offset: number; readonly signal: AbortSignal },
): Promise<HttpReply | 'expired'> {
  const reply = await access.client.external({
    method: 'GET',
    url,
    what: 'download a file',
    lane: access.lane,
    units: units.download,
    headers: { accept: '*/*', ...(at.offset > 0 ? { range: `bytes=${at.offset}-` } : {}) },
    signal: at.signal,
  });
  if (reply.status === 200 || reply.status === 206) return reply;
  const isInfected = reply.headers('x-virus-infected') === 'true';
  const text = await readText(reply, errorMaxBytes);
  if ([401, 403, 404, 410].includes(reply.status) && !isInfected) return 'expired';
  const body = jsonOrUndefined(text);
  throw access.client.error({ status: reply.status, headers: reply.headers, body }, 'the download');
}

/** Asks for the item again, which must still be the same content. */
async function freshUrl(
  access: DriveAccess,
  file: FileEntry,
  at: { readonly progress: Progress; readonly signal: AbortSignal },
): Promise<string> {
  at.progress.urls += 1;
  if (at.progress.urls > freshUrlsMax) {
    throw new AppError('E_SOURCE_UNAVAILABLE', 'the download URLs of a file expire too soon');
  }
  const reply = await access.client.json({
    method: 'GET',
    path: itemPath(access.driveId, file.itemId),
    what: 'ask for a download URL',
    lane: access.lane,
    units: units.single,
    signal: at.signal,
  });
  const now = decodeDriveEntry(recordOf(reply.body, 'a drive item'));
  if (now.kind !== 'file') throw new AppError('E_SOURCE_NOT_FOUND', 'the file is gone');
  if (now.isMalware) throw malware();
  if (now.changeKey !== file.changeKey) {
    throw new AppError('E_SOURCE_CONTENT_MISMATCH', 'the file changed while it was read');
  }
  if (now.downloadUrl !== undefined) return now.downloadUrl;
  throw new AppError('E_SOURCE_ITEM_UNREADABLE', 'the service gives no download URL of the file');
}

export function malware(): AppError {
  return new AppError('E_SOURCE_MALWARE', 'the service found malware in the file');
}

/** A server that ignores the range sends everything: what is known already is skipped. */
async function* fromOffset(reply: HttpReply, offset: number): AsyncGenerator<Uint8Array> {
  let skip = reply.status === 206 ? 0 : offset;
  for await (const piece of reply.body) {
    if (piece.length > skip) yield skip === 0 ? piece : piece.subarray(skip);
    skip = Math.max(0, skip - piece.length);
  }
}

function verify(access: DriveAccess, file: FileEntry, hash: QuickXorHash): void {
  const { size, quickXorHash } = file;
  const isSame = hash.length === size && (quickXorHash ?? hash.digest()) === hash.digest();
  if (isSame) return;
  const message = `${hash.length} bytes of ${file.name} came, ${size} were stated, or the hash differs`;
  if (!isRewritten(file.name)) throw new AppError('E_SOURCE_CONTENT_MISMATCH', message);
  access.onNote(`${message}: the service rewrites such files; stored as they came`);
}
