import type { Bucket } from '../domain/bucket.ts';
import { applyDefault, checkUntil, type LockMode, type Retention } from '../domain/object-lock.ts';
import type { ObjectVersion } from '../domain/object-version.ts';
import { invalidArgument, S3Error } from '../domain/s3-error.ts';
import { type Credential, isAllowed } from '../signing/credentials.ts';
import type { S3Call } from './s3-call.ts';

/** The headers that protect a new object. */
export const LOCK_HEADERS = [
  'x-amz-object-lock-legal-hold',
  'x-amz-object-lock-mode',
  'x-amz-object-lock-retain-until-date',
];

/** The protection that a new version begins with. */
export interface NewLock {
  readonly retention: Retention | undefined;
  readonly legalHold: boolean;
}

/** Reads the lock of a new object, or gives it the bucket's default. */
export function readNewLock(
  { headers, credential, nowMs }: Pick<S3Call, 'headers' | 'credential' | 'nowMs'>,
  bucket: Bucket,
): NewLock {
  const given = LOCK_HEADERS.some((name) => headers.has(name));
  if (!bucket.objectLock) {
    if (given) throw missingLockConfiguration();
    return { retention: undefined, legalHold: false };
  }
  checkLockPermissions(headers, credential);
  const retention = readRetentionHeaders(headers, nowMs);
  const byDefault = bucket.objectLock.default;
  const legalHold = headers.get('x-amz-object-lock-legal-hold');
  return {
    retention: retention ?? (byDefault && applyDefault(byDefault, nowMs)),
    legalHold: legalHold !== undefined && readHold(legalHold),
  };
}

/** Locked objects need a checksum of their content [Amazon S3: Object Lock considerations]. */
export function checkLockIntegrity({ retention, legalHold }: NewLock, integrity: boolean): void {
  if (integrity || (!retention && !legalHold)) return;
  throw new S3Error(
    'InvalidRequest',
    'Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters',
  );
}

/** The lock of a version, as headers of an answer. */
export function lockHeaders({ retention, legalHold }: ObjectVersion): Record<string, string> {
  return {
    ...(retention
      ? {
          'x-amz-object-lock-mode': retention.mode,
          'x-amz-object-lock-retain-until-date': new Date(retention.untilMs).toISOString(),
        }
      : {}),
    ...(legalHold ? { 'x-amz-object-lock-legal-hold': 'ON' } : {}),
  };
}

export function missingLockConfiguration(): S3Error {
  return new S3Error('InvalidRequest', 'Bucket is missing Object Lock Configuration');
}

export function readHold(text: string): boolean {
  if (text === 'ON' || text === 'OFF') return text === 'ON';
  throw invalidArgument("Legal Hold must be either of 'ON' or 'OFF'", 'LegalHold', text);
}

export function readLockMode(text: string): LockMode {
  if (text === 'GOVERNANCE' || text === 'COMPLIANCE') return text;
  throw invalidArgument('Unknown wormMode directive.', 'x-amz-object-lock-mode', text);
}

/** Reads an ISO 8601 moment in UTC. */
export function readUntil(text: string): number {
  const untilMs = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (!Number.isNaN(untilMs)) return untilMs;
  throw invalidArgument(
    'The retain until date must be provided in ISO 8601 format',
    'x-amz-object-lock-retain-until-date',
    text,
  );
}

/** Who may write may not yet lock [Amazon S3 API: PutObject, Permissions]. */
function checkLockPermissions(headers: ReadonlyMap<string, string>, credential: Credential): void {
  const needed = [
    ...(headers.has('x-amz-object-lock-mode') ? ['s3:PutObjectRetention'] : []),
    ...(headers.has('x-amz-object-lock-legal-hold') ? ['s3:PutObjectLegalHold'] : []),
  ];
  if (needed.every((permission) => isAllowed(credential, permission))) return;
  throw new S3Error('AccessDenied', 'Access Denied');
}

function readRetentionHeaders(
  headers: ReadonlyMap<string, string>,
  nowMs: number,
): Retention | undefined {
  const mode = headers.get('x-amz-object-lock-mode');
  const until = headers.get('x-amz-object-lock-retain-until-date');
  if (mode === undefined && until === undefined) return undefined;
  if (mode === undefined || until === undefined) {
    throw new S3Error(
      'InvalidArgument',
      'x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied',
    );
  }
  const retention = { mode: readLockMode(mode), untilMs: readUntil(until) };
  checkUntil(retention, nowMs);
  return retention;
}
