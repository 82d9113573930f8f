import { CHECKSUM_ALGORITHMS, checksumHeader } from '../checksum/checksum-algorithm.ts';
import { notImplemented, S3Error } from '../domain/s3-error.ts';
import type { S3Call, S3Reply } from './s3-call.ts';
import type { S3World } from './s3-world.ts';

/** How S3 charges a request: PUT, COPY, POST and LIST; GET and all others; DELETE; RestoreObject. */
export type RequestClass = 'put' | 'get' | 'free' | 'restore';

/** One operation of S3: how it is known, what it takes, and what it does. */
export interface Operation {
  /** As the API reference names it. */
  readonly name: string;
  readonly level: 'service' | 'bucket' | 'object';
  readonly method: string;
  /** Parameters that make a request this operation; `name=value` where the value counts. */
  readonly markers: readonly string[];
  /** A header that makes a request this operation. */
  readonly markerHeader?: string;
  /** Further parameters that it takes. */
  readonly parameters: readonly string[];
  /** The `x-amz-` headers that it takes; a star at the end stands for any rest. */
  readonly headers: readonly string[];
  /** The permission of IAM that the caller needs. */
  readonly permission: string;
  readonly cost: RequestClass;
  /** Whether requests may have a body. */
  readonly takesBody: boolean;
  readonly handle: (call: S3Call, world: S3World) => S3Reply | Promise<S3Reply>;
}

/** What a request is chosen by. */
export interface OperationQuery {
  readonly level: Operation['level'];
  readonly method: string;
  readonly query: ReadonlyMap<string, string>;
  readonly headers: ReadonlyMap<string, string>;
}

// SDKs send the checksum of an empty body too, even with GET: it is checked like any other
const ANY_OPERATION_HEADERS = [
  ...CHECKSUM_ALGORITHMS.map(checksumHeader),
  'x-amz-sdk-checksum-algorithm',
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-expected-bucket-owner',
  'x-amz-security-token',
  'x-amz-user-agent',
];
const BODY_HEADERS = ['x-amz-decoded-content-length', 'x-amz-trailer'];
// x-id repeats the operation's name in requests of AWS's SDKs
const ANY_OPERATION_PARAMETERS = ['x-id'];

/** The operation that a request is, by the most markers; nothing that it carries is left over. */
export function chooseOperation(
  operations: readonly Operation[],
  request: OperationQuery,
): Operation {
  const [chosen] = operations
    .filter((one) => one.level === request.level && one.method === request.method)
    .filter((one) => isMarked(one, request))
    .toSorted((a, b) => weight(b) - weight(a));
  if (!chosen) throw unknownOperation(request);
  checkParameters(chosen, request.query);
  checkHeaders(chosen, request.headers);
  return chosen;
}

function isMarked({ markers, markerHeader }: Operation, request: OperationQuery): boolean {
  if (markerHeader !== undefined && !request.headers.has(markerHeader)) return false;
  return markers.every((marker) => {
    const [name = '', value] = marker.split('=');
    return value === undefined ? request.query.has(name) : request.query.get(name) === value;
  });
}

function weight({ markers, markerHeader }: Operation): number {
  return markers.length * 2 + (markerHeader === undefined ? 0 : 1);
}

function unknownOperation({ level, method, query }: OperationQuery): S3Error {
  const known = ['GET', 'PUT', 'HEAD', 'POST', 'DELETE'].includes(method);
  if (!known) {
    return new S3Error('MethodNotAllowed', {
      message: 'The specified method is not allowed against this resource.',
      elements: { Method: method },
    });
  }
  return notImplemented('Operation', [method, level, ...query.keys()].join(' '));
}

function checkParameters(operation: Operation, query: ReadonlyMap<string, string>): void {
  const known = [
    ...operation.markers.map((marker) => marker.split('=')[0]),
    ...operation.parameters,
    ...ANY_OPERATION_PARAMETERS,
  ];
  for (const name of query.keys()) {
    if (!known.includes(name) && !name.startsWith('X-Amz-')) {
      throw notImplemented('Parameter', name);
    }
  }
}

function checkHeaders(operation: Operation, headers: ReadonlyMap<string, string>): void {
  const known = [
    ...operation.headers,
    ...ANY_OPERATION_HEADERS,
    ...(operation.takesBody ? BODY_HEADERS : []),
    ...(operation.markerHeader === undefined ? [] : [operation.markerHeader]),
  ];
  for (const name of headers.keys()) {
    if (name.startsWith('x-amz-') && !known.some((one) => fits(name, one))) {
      throw notImplemented('Header', name);
    }
  }
}

function fits(name: string, pattern: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}
