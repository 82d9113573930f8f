import { RestError } from '@azure/storage-blob';
import { AppError } from '../../errors/app-error.ts';
import type { ErrorCode } from '../../errors/codes.ts';
import { storageCancelled } from '../blob-errors.ts';

/** What a failed call was, as far as its error is concerned. */
export interface AzureCall {
  /** For the message, e.g. `put of log/7`. */
  readonly operation: string;
  /** A write that changes what others see: a lost reply leaves it unclear. */
  readonly isWrite: boolean;
  /** Put-if-absent. */
  readonly ifAbsent?: boolean;
  /** A put that asks for retention, or what else needs version-level immutability. */
  readonly needsLock?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** The connection was never made, so nothing was written. */
const neverSent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH']);

/** Codes of the service that say more than their status. [Microsoft: blob-service-error-codes] */
const byServiceCode: Readonly<Record<string, ErrorCode>> = {
  BlobNotFound: 'E_BLOB_NOT_FOUND',
  ContainerNotFound: 'E_STORAGE_CONTAINER_NOT_FOUND',
  BlobArchived: 'E_BLOB_ARCHIVED',
  BlobBeingRehydrated: 'E_BLOB_ARCHIVED',
  InvalidRange: 'E_BLOB_NOT_FOUND',
  ServerBusy: 'E_STORAGE_UNAVAILABLE',
  BlobImmutableDueToPolicy: 'E_BLOB_LOCKED',
};

/**
 * The one conversion of errors of the Azure SDK. Neither message nor cause
 * holds an address or a header: both may carry the SAS. AppErrors pass, and so
 * do errors that are not of the storage (a broken source of a stream).
 */
export function toAzureError(error: unknown, call: AzureCall): unknown {
  if (isAbort(error)) {
    if (call.signal?.aborted) return storageCancelled(call.operation, call.signal.reason);
    return appError(call.isWrite ? 'E_STORAGE_UNCLEAR' : 'E_STORAGE_UNAVAILABLE', 'no reply', call);
  }
  if (!(error instanceof RestError)) return error;
  return appError(codeOf(error, call), describe(error), call, error);
}

function appError(code: ErrorCode, what: string, call: AzureCall, error?: RestError): AppError {
  const retryAfterMs = error === undefined ? undefined : retryAfterMsOf(error);
  return new AppError(code, `${call.operation} failed: ${what}`, {
    context: { operation: call.operation, requestId: error && requestIdOf(error) },
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

function codeOf(error: RestError, call: AzureCall): ErrorCode {
  if (error.statusCode === undefined) return codeOfBrokenConnection(error, call);
  const serviceCode = serviceCodeOf(error);
  if (call.ifAbsent && meansExists(error.statusCode, serviceCode)) return 'E_BLOB_EXISTS';
  // Another writer's commit threw our staged blocks away: who won must be read.
  if (call.ifAbsent && serviceCode === 'InvalidBlockList') return 'E_STORAGE_UNCLEAR';
  // The container has no version-level immutability.
  if (call.needsLock && error.statusCode === 400) return 'E_STORAGE_NO_LOCKS';
  return byServiceCode[serviceCode] ?? codeOfStatus(error.statusCode, call);
}

function codeOfBrokenConnection(error: RestError, call: AzureCall): ErrorCode {
  const isUnclear = call.isWrite && !neverSent.has(error.code ?? '');
  return isUnclear ? 'E_STORAGE_UNCLEAR' : 'E_STORAGE_UNAVAILABLE';
}

function codeOfStatus(status: number, call: AzureCall): ErrorCode {
  if (status === 401 || status === 403) return 'E_STORAGE_DENIED';
  if (status === 404) return 'E_BLOB_NOT_FOUND';
  if (status === 429) return 'E_STORAGE_UNAVAILABLE';
  if (status === 408 || status >= 500) {
    return call.isWrite ? 'E_STORAGE_UNCLEAR' : 'E_STORAGE_UNAVAILABLE';
  }
  return 'E_STORAGE_REFUSED';
}

function meansExists(status: number, serviceCode: string): boolean {
  return serviceCode === 'BlobAlreadyExists' || status === 412;
}

/** Name of the error in the service's words; empty when it gave none. */
export function serviceCodeOf(error: RestError): string {
  return error.response?.headers.get('x-ms-error-code') ?? error.code ?? '';
}

function describe(error: RestError): string {
  const serviceCode = serviceCodeOf(error);
  if (error.statusCode === undefined) return `the connection failed (${serviceCode || 'no code'})`;
  return `status ${error.statusCode}${serviceCode === '' ? '' : ` ${serviceCode}`}`;
}

function requestIdOf(error: RestError): string | undefined {
  return error.response?.headers.get('x-ms-request-id');
}

function retryAfterMsOf(error: RestError): number | undefined {
  const seconds = Number(error.response?.headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds * 1_000 : undefined;
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError');
}
