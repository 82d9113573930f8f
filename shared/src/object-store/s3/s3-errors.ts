import { AppError, isAppError } from '../../errors/app-error.ts';
import type { ErrorCode } from '../../errors/codes.ts';
import { storageCancelled } from '../blob-errors.ts';

/** What a failed call was, as far as its error is concerned. */
export interface S3Call {
  /** For the message, e.g. `put of log/7`. */
  readonly operation: string;
  /** A write that changes what others see: a lost reply leaves it unclear. */
  readonly isWrite: boolean;
  /** Put-if-absent. */
  readonly ifAbsent?: boolean;
  /** A put that asks for retention, or what else needs object lock. */
  readonly needsLock?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** The connection was never made, so nothing was written. */
const neverSent =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ERR_TLS_.*|.*CERT.*|UNABLE_TO_.*)$/;

/** Codes of the service that say more than their status. [AWS: S3 API, Error responses] */
const byServiceCode: Readonly<Record<string, ErrorCode>> = {
  NoSuchKey: 'E_BLOB_NOT_FOUND',
  NoSuchVersion: 'E_BLOB_NOT_FOUND',
  NotFound: 'E_BLOB_NOT_FOUND',
  InvalidRange: 'E_BLOB_NOT_FOUND',
  NoSuchBucket: 'E_STORAGE_CONTAINER_NOT_FOUND',
  InvalidObjectState: 'E_BLOB_ARCHIVED',
  ObjectNotInActiveTierError: 'E_BLOB_ARCHIVED',
  RequestTimeTooSkewed: 'E_STORAGE_CLOCK_SKEWED',
  ObjectLockConfigurationNotFoundError: 'E_STORAGE_NO_LOCKS',
  ConditionalRequestConflict: 'E_STORAGE_UNCLEAR',
  // Refused before anything was stored: the same bytes may arrive whole the next time.
  SlowDown: 'E_STORAGE_UNAVAILABLE',
  Throttling: 'E_STORAGE_UNAVAILABLE',
  ThrottlingException: 'E_STORAGE_UNAVAILABLE',
  RequestLimitExceeded: 'E_STORAGE_UNAVAILABLE',
  RequestTimeout: 'E_STORAGE_UNAVAILABLE',
  IncompleteBody: 'E_STORAGE_UNAVAILABLE',
  BadDigest: 'E_STORAGE_UNAVAILABLE',
  XAmzContentChecksumMismatch: 'E_STORAGE_UNAVAILABLE',
  XAmzContentSHA256Mismatch: 'E_STORAGE_UNAVAILABLE',
};

const deniedCodes = new Set([
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'ExpiredToken',
  'InvalidToken',
]);

/** As the SDK throws them. */
interface ServiceError extends Error {
  readonly code?: unknown;
  readonly $metadata?: {
    readonly httpStatusCode?: number;
    readonly requestId?: string;
    /** The clocks are minutes apart, and the SDK knows by how much from now on. */
    readonly clockSkewCorrected?: boolean;
  };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

/**
 * The one conversion of errors of the AWS SDK. Neither message nor cause holds
 * a header: those of a request carry its signature. AppErrors pass, and so do
 * errors that are not of the storage (a broken source of a stream).
 */
export function toS3Error(error: unknown, call: S3Call): unknown {
  if (!(error instanceof Error) || error instanceof AppError) return error;
  if (error.name === 'AbortError' || error.name === 'TimeoutError') {
    if (call.signal?.aborted) return storageCancelled(call.operation, call.signal.reason);
    return appError(call.isWrite ? 'E_STORAGE_UNCLEAR' : 'E_STORAGE_UNAVAILABLE', 'no reply', call);
  }
  if (!isOfStorage(error)) return error;
  return appError(codeOf(error, call), describe(error), call, error);
}

/** Name of the error in the service's words, of an error that toS3Error has made. */
export function serviceCodeOf(error: unknown): string | undefined {
  if (!(error instanceof AppError)) return undefined;
  const code = error.context?.['serviceCode'];
  return typeof code === 'string' ? code : undefined;
}

/** Whether it was refused for the time in its signature, or may have been: a HEAD does not say why. */
export function isOfClock(error: unknown): boolean {
  if (isAppError(error, 'E_STORAGE_CLOCK_SKEWED')) return true;
  return isAppError(error) && error.context['mayBeOfClock'] === true;
}

function isOfStorage(error: ServiceError): boolean {
  return error.$metadata !== undefined || typeof error.code === 'string';
}

function appError(code: ErrorCode, what: string, call: S3Call, error?: ServiceError): AppError {
  const retryAfterMs = error === undefined ? undefined : retryAfterMsOf(error);
  return new AppError(code, `${call.operation} failed: ${what}`, {
    context: {
      operation: call.operation,
      serviceCode: error?.name,
      requestId: error?.$metadata?.requestId,
      ...(error !== undefined && mayBeOfClock(error) && { mayBeOfClock: true }),
    },
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

function mayBeOfClock({ name, $metadata }: ServiceError): boolean {
  return (
    $metadata?.httpStatusCode === 403 && isNameless(name) && $metadata.clockSkewCorrected === true
  );
}

/** As the SDK names an error of which it knows the status alone. */
function isNameless(name: string): boolean {
  return name === 'Unknown' || name === 'UnknownError' || name === 'Forbidden' || name === '403';
}

function codeOf(error: ServiceError, call: S3Call): ErrorCode {
  const status = error.$metadata?.httpStatusCode;
  if (status === undefined) return codeOfBrokenConnection(error, call);
  if (call.ifAbsent && status === 412) return 'E_BLOB_EXISTS';
  if (deniedCodes.has(error.name)) return 'E_STORAGE_DENIED';
  return (
    byServiceCode[error.name] ?? codeOfUnmetWish(error, status, call) ?? codeOfStatus(status, call)
  );
}

/** The storage does not know what was asked for. */
function codeOfUnmetWish(error: Error, status: number, call: S3Call): ErrorCode | undefined {
  const isUnknown = status === 501 || error.name === 'NotImplemented';
  if (call.needsLock && (isUnknown || isWithoutLock(error))) return 'E_STORAGE_NO_LOCKS';
  return call.ifAbsent && isUnknown ? 'E_STORAGE_NOT_CONDITIONAL' : undefined;
}

/** S3 says InvalidRequest for much; only its message tells that the bucket has no lock. */
function isWithoutLock(error: Error): boolean {
  return error.name === 'InvalidRequest' && /object ?lock/i.test(error.message);
}

function codeOfBrokenConnection(error: ServiceError, call: S3Call): ErrorCode {
  const isUnclear = call.isWrite && !neverSent.test(String(error.code ?? ''));
  return isUnclear ? 'E_STORAGE_UNCLEAR' : 'E_STORAGE_UNAVAILABLE';
}

function codeOfStatus(status: number, call: S3Call): ErrorCode {
  if (status === 401 || status === 403) return 'E_STORAGE_DENIED';
  if (status === 404) return 'E_BLOB_NOT_FOUND';
  if (status === 429) return 'E_STORAGE_UNAVAILABLE';
  const isPassing = status === 408 || status === 409 || (status >= 500 && status !== 501);
  if (!isPassing) return 'E_STORAGE_REFUSED';
  return call.isWrite ? 'E_STORAGE_UNCLEAR' : 'E_STORAGE_UNAVAILABLE';
}

function describe(error: ServiceError): string {
  const status = error.$metadata?.httpStatusCode;
  if (status !== undefined) return `status ${status} ${error.name}`;
  return `the connection failed (${String(error.code ?? error.name)})`;
}

function retryAfterMsOf(error: ServiceError): number | undefined {
  const seconds = Number(error.$response?.headers?.['retry-after'] ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds * 1_000 : undefined;
}
