import { badRequest } from './graph-error.ts';

/** One request inside a batch, checked. */
export interface BatchPart {
  readonly id: string;
  readonly method: string;
  /** Relative, starting with a slash, with query. */
  readonly url: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
  readonly dependsOn: readonly string[];
}

const PARTS_MAX = 20;
const METHODS = new Set(['GET', 'POST', 'PATCH', 'PUT', 'DELETE']);

/** Checks a batch as a whole: any fault of form refuses all of it with 400. */
export function readBatch(body: Readonly<Record<string, unknown>>): readonly BatchPart[] {
  const requests = body['requests'];
  if (!Array.isArray(requests) || requests.length === 0) {
    throw badRequest("Batch request must have a non-empty array 'requests'.");
  }
  if (requests.length > PARTS_MAX) {
    throw badRequest(`Number of batch request steps exceeds the maximum value of ${PARTS_MAX}.`);
  }
  const parts = requests.map(readPart);
  const seen = new Set<string>();
  for (const part of parts) {
    if (seen.has(part.id)) throw badRequest(`Request id '${part.id}' is not unique in the batch.`);
    for (const id of part.dependsOn) checkDependency(part.id, id, seen);
    seen.add(part.id);
  }
  checkDependencyForm(parts);
  return parts;
}

function checkDependency(id: string, dependsOn: string, earlier: ReadonlySet<string>): void {
  if (earlier.has(dependsOn)) return;
  throw badRequest(`Request '${id}' depends on '${dependsOn}', which does not come before it.`);
}

/** Parallel, serial, or all on the same one: no other graphs [Microsoft: json-batching]. */
function checkDependencyForm(parts: readonly BatchPart[]): void {
  const dependent = parts.filter(({ dependsOn }) => dependsOn.length > 0);
  if (dependent.length === 0) return;
  const first = dependent[0]?.dependsOn[0];
  const same = dependent.every(({ dependsOn }) => dependsOn.length === 1 && dependsOn[0] === first);
  const serial = parts.every(({ dependsOn }, i) =>
    i === 0 ? dependsOn.length === 0 : dependsOn.length === 1 && dependsOn[0] === parts[i - 1]?.id,
  );
  if (!same && !serial) {
    throw badRequest(
      'Batch requests must be all parallel, all serial, or all depend on the same request.',
    );
  }
}

function readPart(value: unknown): BatchPart {
  if (typeof value !== 'object' || value === null) throw badRequest('Invalid batch request step.');
  const { id, method, url, headers, body, dependsOn } = value as Record<string, unknown>;
  if (typeof id !== 'string' || id === '') throw badRequest('Batch request id must be a string.');
  if (typeof method !== 'string' || !METHODS.has(method.toUpperCase())) {
    throw badRequest(`Batch request '${id}' has no valid method.`);
  }
  const read = readHeaders(id, headers);
  return {
    id,
    method: method.toUpperCase(),
    url: readUrl(id, url),
    headers: read,
    body: encodeBody(id, body, read),
    dependsOn: readDependsOn(id, dependsOn),
  };
}

function readUrl(id: string, url: unknown): string {
  if (typeof url !== 'string' || url === '' || /^[a-z][\w+.-]*:\/\//i.test(url)) {
    throw badRequest(`Batch request '${id}' must have a relative url.`);
  }
  const relative = url.startsWith('/') ? url : `/${url}`;
  if (/^\/(?:v1\.0|beta)\//i.test(relative)) {
    throw badRequest(`The url of batch request '${id}' must not name a version.`);
  }
  if (/^\/?\$batch\b/i.test(relative)) throw badRequest('Batch requests cannot be nested.');
  return relative;
}

function readHeaders(id: string, headers: unknown): ReadonlyMap<string, string> {
  if (headers === undefined || headers === null) return new Map();
  if (typeof headers !== 'object' || Array.isArray(headers)) {
    throw badRequest(`Batch request '${id}' has headers that are no object.`);
  }
  return new Map(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}

function readDependsOn(id: string, dependsOn: unknown): readonly string[] {
  if (dependsOn === undefined || dependsOn === null) return [];
  if (!Array.isArray(dependsOn) || dependsOn.some((other) => typeof other !== 'string')) {
    throw badRequest(`Batch request '${id}' has a dependsOn that is no array of ids.`);
  }
  return dependsOn as string[];
}

/** JSON stays JSON; any other content type is base64 [Microsoft: json-batching]. */
function encodeBody(id: string, body: unknown, headers: ReadonlyMap<string, string>): Uint8Array {
  if (body === undefined || body === null) return new Uint8Array();
  const type = headers.get('content-type');
  if (type === undefined) {
    throw badRequest(`Batch request '${id}' has a body but no Content-Type header.`);
  }
  if (/json/i.test(type)) return Buffer.from(JSON.stringify(body), 'utf8');
  if (typeof body !== 'string') throw badRequest(`The body of batch request '${id}' is no string.`);
  return /^text\/plain/i.test(type) ? Buffer.from(body, 'utf8') : Buffer.from(body, 'base64');
}
