import { type ByteRange, readRange } from '../domain/byte-range.ts';
import { checkReadConditions } from '../domain/conditions.ts';
import type { ObjectVersion } from '../domain/object-version.ts';
import { checkReadable, restoreHeader } from '../domain/restoration.ts';
import { invalidArgument } from '../domain/s3-error.ts';
import { checksumHeaders } from './checksum-headers.ts';
import { findVersion } from './find-version.ts';
import { lockHeaders } from './lock-headers.ts';
import { propertyHeaders } from './object-properties.ts';
import type { S3Call, S3Reply } from './s3-call.ts';
import { findBucket, type S3World, versionHeaders } from './s3-world.ts';

const OVERRIDES: Readonly<Record<string, string>> = {
  'response-cache-control': 'cache-control',
  'response-content-disposition': 'content-disposition',
  'response-content-encoding': 'content-encoding',
  'response-content-language': 'content-language',
  'response-content-type': 'content-type',
  'response-expires': 'expires',
};

/** The parameters of GetObject and HeadObject. */
export const READ_PARAMETERS = ['versionId', ...Object.keys(OVERRIDES)];

/** GetObject and HeadObject: conditions, then the range. */
export function getObject(call: S3Call, world: S3World): S3Reply {
  const bucket = findBucket(world, call.bucketName);
  const version = findVersion(bucket, call, call.query.get('versionId'));
  const shared = {
    etag: `"${version.etag}"`,
    'last-modified': new Date(version.modifiedMs).toUTCString(),
    ...versionHeaders(bucket, version),
  };
  if (checkReadConditions(call.headers, version) === 'not-modified') {
    return { status: 304, headers: shared };
  }
  const head = call.method === 'HEAD';
  if (!head) checkReadable(version, call.nowMs);
  const { sizeBytes } = version.body;
  const range = ifRangeHolds(call, version)
    ? readRange(call.headers.get('range'), sizeBytes)
    : undefined;
  const headers = {
    ...shared,
    'accept-ranges': 'bytes',
    ...propertyHeaders(version.properties),
    ...overrides(call.query),
    ...lockHeaders(version),
    ...restoreHeaders(version, call.nowMs),
    ...(range ? {} : wantedChecksum(call, version)),
    ...(range ? { 'content-range': contentRange(range, sizeBytes) } : {}),
  };
  const { start, end } = range ?? { start: 0, end: sizeBytes };
  const { storageClass } = version.properties;
  const billed = { storageClass };
  const reply = { status: range ? 206 : 200, headers, sizeBytes: end - start, billed };
  return head ? reply : { ...reply, stream: version.body.read(start, end) };
}

function restoreHeaders(version: ObjectVersion, nowMs: number): Record<string, string> {
  const text = restoreHeader(version, nowMs);
  return text === undefined ? {} : { 'x-amz-restore': text };
}

function wantedChecksum(call: S3Call, { checksum }: ObjectVersion): Record<string, string> {
  const mode = call.headers.get('x-amz-checksum-mode');
  if (mode === undefined) return {};
  if (mode !== 'ENABLED') {
    throw invalidArgument('Checksum mode must be ENABLED', 'x-amz-checksum-mode', mode);
  }
  return checksumHeaders(checksum);
}

function ifRangeHolds({ headers }: S3Call, { etag, modifiedMs }: ObjectVersion): boolean {
  const condition = headers.get('if-range');
  if (condition === undefined) return true;
  return condition === `"${etag}"` || condition === new Date(modifiedMs).toUTCString();
}

function overrides(query: ReadonlyMap<string, string>): Record<string, string> {
  const given = Object.entries(OVERRIDES).flatMap(([parameter, header]) => {
    const value = query.get(parameter);
    return value === undefined ? [] : [[header, value]];
  });
  return Object.fromEntries(given);
}

function contentRange({ start, end }: ByteRange, sizeBytes: number): string {
  return `bytes ${start}-${end - 1}/${sizeBytes}`;
}
