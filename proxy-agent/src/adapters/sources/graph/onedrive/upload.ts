import { AppError, isAppError } from '@firn/shared/errors/app-error';
import { discardWhole } from '@firn/shared/memory/discard';
import type { HttpReply } from '../client/http-sender.ts';
import { readText } from '../client/http-sender.ts';
import {
  isRecord,
  type JsonRecord,
  jsonOrUndefined,
  recordOf,
  requiredTextAt,
} from '../client/json-value.ts';
import { type DriveAccess, namedPath, plainItemPath, units } from './drive-api.ts';
import { decodeDriveEntry, type FileEntry, type FileSystemInfo } from './drive-item.ts';
import { fragmentsOf } from './fragments.ts';
import { QuickXorHash } from './quick-xor-hash.ts';

export interface Upload {
  readonly parentId: string;
  readonly name: string;
  /** The exact length of the content. */
  readonly sizeBytes: number;
  readonly dates: FileSystemInfo;
  /** `replace` keeps the file's id and makes a new version of it. */
  readonly conflict: 'fail' | 'replace';
  content(): AsyncIterable<Uint8Array>;
}

export interface Uploaded {
  /** As the service describes it. */
  readonly file: FileEntry;
  /** Of what was sent. */
  readonly quickXorHash: string;
}

const answerMaxBytes = 1024 * 1024;
const breaksMax = 5;

/**
 * Uploads a file by an upload session; the dates go into the session's body,
 * since setting them afterwards would make a second version. Empty files cannot
 * take that way. [Microsoft: driveitem-createuploadsession; facts: abraunegg/onedrive #53, #778]
 */
export async function uploadFile(
  access: DriveAccess,
  upload: Upload,
  signal: AbortSignal,
): Promise<Uploaded> {
  if (upload.sizeBytes === 0) return uploadEmpty(access, upload, signal);
  const url = await openSession(access, upload, signal);
  const hash = new QuickXorHash();
  const sending = { access, upload, url, signal };
  for await (const { bytes, offset } of fragmentsOf(upload.content())) {
    hash.update(bytes);
    const done = await sendFragment(sending, bytes, offset);
    if (done !== undefined) return { file: fileOf(done), quickXorHash: hash.digest() };
    discardWhole(bytes);
  }
  const message = `${hash.length} bytes were sent of ${upload.sizeBytes}`;
  throw new AppError('E_SOURCE_CONTENT_MISMATCH', message);
}

async function openSession(
  { client, lane, driveId }: DriveAccess,
  { parentId, name, dates, conflict }: Upload,
  signal: AbortSignal,
): Promise<string> {
  const reply = await client.json({
    method: 'POST',
    path: `${namedPath(driveId, parentId, name)}:/createUploadSession`,
    what: 'open an upload session',
    lane,
    units: units.write,
    json: {
      item: { '@microsoft.graph.conflictBehavior': conflict, name, fileSystemInfo: dates },
    },
    repeatable: true,
    signal,
  });
  const what = 'the upload session';
  return requiredTextAt(recordOf(reply.body, what), 'uploadUrl', what);
}

interface Sending {
  readonly access: DriveAccess;
  readonly upload: Upload;
  readonly url: string;
  readonly signal: AbortSignal;
}

/** @returns the file, when this fragment completed it */
async function sendFragment(
  sending: Sending,
  bytes: Buffer,
  offset: number,
): Promise<JsonRecord | undefined> {
  let from = offset;
  for (let breaks = 0; ; ) {
    const reply = await putRange(sending, bytes.subarray(from - offset), from);
    if (reply?.status === 200 || reply?.status === 201) return recordOf(reply.body, 'the file');
    const next = reply?.status === 202 ? nextOffset(reply.body) : await askNext(sending);
    if (next === offset + bytes.length) return undefined;
    if (next < offset || next > offset + bytes.length) {
      const message = `the upload session expects byte ${next}, not ${from}`;
      throw new AppError('E_SOURCE_PROTOCOL', message);
    }
    if (next === from) breaks += 1;
    if (breaks > breaksMax) throw new AppError('E_SOURCE_UNAVAILABLE', 'an upload keeps breaking');
    from = next;
  }
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** undefined: what arrived has to be asked for. */
async function putRange(
  sending: Sending,
  bytes: Buffer,
  from: number,
): Promise<Answer | undefined> {
  const { access, upload, signal } = sending;
  const range = `bytes ${from}-${from + bytes.length - 1}/${upload.sizeBytes}`;
  const call = { method: 'PUT', repeatable: false, signal } as const;
  try {
    return await access.client.retrying(call, async () => {
      const reply = await access.client.external({
        ...call,
        url: sending.url,
        what: 'upload a fragment',
        lane: access.lane,
        units: units.write,
        headers: { 'content-range': range, 'content-type': 'application/octet-stream' },
        body: bytes,
      });
      const answer = await answerOf(reply);
      if (reply.status < 300) return answer;
      // 416: the range is there already, in whole or in part.
      if (reply.status === 416) return undefined;
      throw access.client.error(
        { status: reply.status, headers: reply.headers, body: answer.body },
        'upload a fragment',
      );
    });
  } catch (error) {
    if (isAppError(error, 'E_SOURCE_UNAVAILABLE')) return undefined;
    throw error;
  }
}

async function askNext(sending: Sending): Promise<number> {
  const { access, signal } = sending;
  const call = { method: 'GET', signal } as const;
  return access.client.retrying(call, async () => {
    const reply = await access.client.external({
      ...call,
      url: sending.url,
      what: 'ask an upload session',
      lane: access.lane,
      units: units.single,
    });
    const { body } = await answerOf(reply);
    if (reply.status < 300) return nextOffset(body);
    const what = 'ask an upload session';
    throw access.client.error({ status: reply.status, headers: reply.headers, body }, what);
  });
}

async function answerOf(reply: HttpReply): Promise<Answer> {
  return { status: reply.status, body: jsonOrUndefined(await readText(reply, answerMaxBytes)) };
}

/** `nextExpectedRanges: ["327680-"]` */
function nextOffset(body: unknown): number {
  const ranges = isRecord(body) ? body['nextExpectedRanges'] : undefined;
  const first: unknown = Array.isArray(ranges) ? ranges[0] : undefined;
  const start = /^(\d+)-/.exec(String(first))?.[1];
  if (start !== undefined) return Number(start);
  throw new AppError('E_SOURCE_PROTOCOL', 'an upload session does not say what it expects');
}

/** Two calls: content, then the dates. */
async function uploadEmpty(
  access: DriveAccess,
  { parentId, name, dates, conflict }: Upload,
  signal: AbortSignal,
): Promise<Uploaded> {
  const { client, lane, driveId } = access;
  const path = `${namedPath(driveId, parentId, name)}:/content`;
  const shared = { lane, units: units.write, signal, repeatable: true } as const;
  const made = await client.json({
    ...shared,
    method: 'PUT',
    path: `${path}?@microsoft.graph.conflictBehavior=${conflict}`,
    what: 'create an empty file',
    headers: { 'content-type': 'application/octet-stream' },
    body: Buffer.alloc(0),
  });
  const id = requiredTextAt(recordOf(made.body, 'the file'), 'id', 'the created file');
  const dated = await client.json({
    ...shared,
    method: 'PATCH',
    path: plainItemPath(driveId, id),
    what: 'set the dates of a file',
    json: { fileSystemInfo: dates },
  });
  const file = fileOf(recordOf(dated.body, 'the file'));
  return { file, quickXorHash: new QuickXorHash().digest() };
}

function fileOf(body: JsonRecord): FileEntry {
  const entry = decodeDriveEntry(body);
  if (entry.kind === 'file') return entry;
  throw new AppError('E_SOURCE_PROTOCOL', 'an upload ended as something else than a file');
}
