import { notImplemented, S3Error } from './s3-error.ts';

/** What conditions look at. */
export interface Conditional {
  /** Without quotes. */
  readonly etag: string;
  readonly modifiedMs: number;
}

/** What a conditional read comes to. */
export type ReadOutcome = 'serve' | 'not-modified';

/** The conditions of a read; `prefix` is `x-amz-copy-source-` for the source of a copy. */
export function checkReadConditions(
  headers: ReadonlyMap<string, string>,
  object: Conditional,
  prefix = '',
): ReadOutcome {
  const match = headers.get(`${prefix}if-match`);
  const noneMatch = headers.get(`${prefix}if-none-match`);
  if (match !== undefined) {
    if (!matchesEtag(match, object.etag)) throw preconditionFailed('If-Match');
  } else if (isLater(object, headers.get(`${prefix}if-unmodified-since`))) {
    throw preconditionFailed('If-Unmodified-Since');
  }
  const unchanged =
    noneMatch === undefined
      ? isUnchanged(object, headers.get(`${prefix}if-modified-since`))
      : matchesEtag(noneMatch, object.etag);
  return unchanged ? 'not-modified' : 'serve';
}

/** What a write asks of the object that is there. */
export type WriteCondition =
  | { readonly kind: 'absent' }
  | { readonly kind: 'etag'; readonly etag: string };

/** The condition of a write: `If-None-Match: *` or `If-Match` with an ETag, not both. */
export function readWriteCondition(
  headers: ReadonlyMap<string, string>,
): WriteCondition | undefined {
  const noneMatch = headers.get('if-none-match');
  const match = headers.get('if-match');
  if (noneMatch !== undefined && noneMatch !== '*') throw notImplemented('Header', 'If-None-Match');
  if (noneMatch !== undefined && match !== undefined) {
    throw notImplemented('Header', 'If-Match with If-None-Match');
  }
  for (const name of ['if-modified-since', 'if-unmodified-since']) {
    if (headers.has(name)) throw notImplemented('Header', name);
  }
  if (noneMatch !== undefined) return { kind: 'absent' };
  return match === undefined ? undefined : { kind: 'etag', etag: unquote(match) };
}

/** Refuses a write whose condition does not hold for the object that is there now. */
export function checkWriteCondition(
  condition: WriteCondition,
  present: Pick<Conditional, 'etag'> | undefined,
): void {
  if (condition.kind === 'absent') {
    if (present) throw preconditionFailed('If-None-Match');
    return;
  }
  if (!present) throw new S3Error('NoSuchKey', 'The specified key does not exist.');
  if (condition.etag !== '*' && condition.etag !== present.etag) {
    throw preconditionFailed('If-Match');
  }
}

export function preconditionFailed(condition: string): S3Error {
  return new S3Error('PreconditionFailed', {
    message: 'At least one of the pre-conditions you specified did not hold',
    elements: { Condition: condition },
  });
}

export function unquote(etag: string): string {
  return etag.trim().replace(/^"(.*)"$/, '$1');
}

function matchesEtag(list: string, etag: string): boolean {
  return list.split(',').some((one) => one.trim() === '*' || unquote(one) === etag);
}

function isLater({ modifiedMs }: Conditional, date: string | undefined): boolean {
  const sinceMs = Date.parse(date ?? '');
  return !Number.isNaN(sinceMs) && wholeSeconds(modifiedMs) > sinceMs;
}

function isUnchanged(object: Conditional, date: string | undefined): boolean {
  return !Number.isNaN(Date.parse(date ?? '')) && !isLater(object, date);
}

function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}
