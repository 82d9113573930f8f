import type { FaultRules } from '../../app/fault-rules.ts';
import type { Latency } from '../../app/latency.ts';
import { readChecked, readPromises } from '../checksum/body-checks.ts';
import type { Meter } from '../control/meter.ts';
import type { PrefixThrottle } from '../control/prefix-throttle.ts';
import { S3Error } from '../domain/s3-error.ts';
import { type Credentials, isAllowed } from '../signing/credentials.ts';
import { type VerifiedBody, verifiedBody } from '../signing/request-body.ts';
import { verifyRequest } from '../signing/verify-request.ts';
import { type Address, readAddress } from './addressing.ts';
import { BUCKET_OPERATIONS } from './bucket-table.ts';
import { failBefore, shapeReply } from './fault-effects.ts';
import { type HttpRequest, queryMap } from './http-request.ts';
import { OBJECT_OPERATIONS } from './object-table.ts';
import { chooseOperation, type Operation } from './operation.ts';
import type { S3Call, S3Reply } from './s3-call.ts';
import { ACCOUNT_ID, type S3World } from './s3-world.ts';

const PUT_HEADER_BYTES_MAX = 8192;
const OPERATIONS = [...BUCKET_OPERATIONS, ...OBJECT_OPERATIONS];

/** What stands between the socket and the operations. */
export interface ServiceParts {
  readonly world: S3World;
  readonly credentials: Credentials;
  readonly faults: FaultRules;
  readonly latency: Latency;
  readonly throttle: PrefixThrottle;
  readonly meter: Meter;
  /** Buckets are host names below it. */
  readonly domain: string;
  readonly scheme: 'http' | 'https';
}

/** Serves one request: choose, fail on demand, verify, apply. */
export async function serve(request: HttpRequest, parts: ServiceParts): Promise<S3Reply> {
  const { world, faults, latency, meter } = parts;
  const address = readAddress(request.headers.get('host') ?? '', request.rawPath, parts.domain);
  const query = queryMap(request.rawQuery);
  const headers = withHoistedHeaders(request.headers, query);
  const operation = chooseOperation(OPERATIONS, {
    level: address.level,
    method: request.method,
    query: withoutHoisted(query),
    headers,
  });
  const sample = meter.begin(operation);
  try {
    const latencyMs = latency.drawMs();
    if (latencyMs > 0) await world.clock.sleep(latencyMs, request.signal);
    const actions = faults.take({
      method: request.method,
      pattern: operation.name,
      path: `/${address.bucketName}/${address.key}`,
    });
    await failBefore(actions, world.clock, request.signal);
    parts.throttle.admit(operation.method, address, world.clock.nowMs());
    const call = await authenticate(request, parts, { address, operation, query, headers });
    const reply = await operation.handle(call, world);
    const moved = { inBytes: call.body.sizeBytes, outBytes: outBytes(reply) };
    sample.end(reply.status, moved, reply.billed);
    return await shapeReply(reply, actions, world.clock);
  } catch (error) {
    sample.end(error instanceof S3Error ? error.status : 0, { inBytes: 0, outBytes: 0 });
    throw error;
  }
}

interface Chosen {
  readonly address: Address;
  readonly operation: Operation;
  readonly query: ReadonlyMap<string, string>;
  readonly headers: ReadonlyMap<string, string>;
}

async function authenticate(
  request: HttpRequest,
  { world, credentials, scheme }: ServiceParts,
  { address, operation, query, headers }: Chosen,
): Promise<S3Call> {
  checkHeaderSection(request, operation);
  const nowMs = world.clock.nowMs();
  const verifier = { credentials, region: world.region, nowMs };
  const verified = verifyRequest({ ...request, query }, verifier);
  checkPermission(operation, verified.credential, address);
  const owner = headers.get('x-amz-expected-bucket-owner');
  if (owner !== undefined && owner !== ACCOUNT_ID)
    throw new S3Error('AccessDenied', 'Access Denied');
  const body = verifiedBody(() => request.body(), headers, verified);
  if (!operation.takesBody) await checkEmpty(operation, headers, body);
  return {
    method: request.method,
    bucketName: address.bucketName,
    key: address.key,
    query,
    headers,
    body,
    credential: verified.credential,
    origin: `${scheme}://${request.headers.get('host') ?? ''}`,
    nowMs,
  };
}

/** A body says its length, and the headers of a PUT have their limit [Amazon S3: Metadata]. */
function checkHeaderSection(
  { method, headers }: HttpRequest,
  { level, takesBody }: Operation,
): void {
  if (method !== 'PUT') return;
  const isSized = headers.has('content-length') || headers.has('transfer-encoding');
  if (takesBody && level === 'object' && !isSized) {
    throw new S3Error('MissingContentLength', 'You must provide the Content-Length HTTP header.');
  }
  let sizeBytes = 0;
  for (const [name, value] of headers) sizeBytes += name.length + value.length + ': \r\n'.length;
  if (sizeBytes <= PUT_HEADER_BYTES_MAX) return;
  throw new S3Error('RequestHeaderSectionTooLarge', {
    message: 'Your request header section exceeds the maximum allowed size.',
    elements: { MaxSizeAllowed: PUT_HEADER_BYTES_MAX },
  });
}

async function checkEmpty(
  { name }: Operation,
  headers: ReadonlyMap<string, string>,
  body: VerifiedBody,
): Promise<void> {
  if (body.sizeBytes > 0) throw new S3Error('InvalidRequest', `${name} takes no body`);
  await readChecked(body, readPromises(headers, body), { keep: async () => undefined });
}

function checkPermission(
  { permission, name }: Operation,
  credential: Parameters<typeof isAllowed>[0],
  { bucketName, key }: Address,
): void {
  const resource = `arn:aws:s3:::${bucketName}${key === '' ? '' : `/${key}`}`;
  if (isAllowed(credential, permission, resource)) return;
  throw new S3Error('AccessDenied', {
    message: `User: ${credential.accessKeyId} is not authorized to perform: ${permission}`,
    elements: { Operation: name },
  });
}

/** Headers that a presigned request carries in its query. */
function withHoistedHeaders(
  headers: ReadonlyMap<string, string>,
  query: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  if (!query.has('X-Amz-Signature')) return headers;
  return new Map([...headers, ...[...query].filter(([name]) => name.startsWith('x-amz-'))]);
}

function withoutHoisted(query: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  if (!query.has('X-Amz-Signature')) return query;
  return new Map([...query].filter(([name]) => !name.startsWith('x-amz-')));
}

function outBytes({ stream, sizeBytes = 0, document = '' }: S3Reply): number {
  return stream ? sizeBytes : Buffer.byteLength(document);
}
