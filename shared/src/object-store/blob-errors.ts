import { AppError } from '../errors/app-error.ts';
import type { ByteRange } from '../repository/ports.ts';

export function blobNotFound(name: string): AppError {
  return new AppError('E_BLOB_NOT_FOUND', `there is no object ${name}`, {
    context: { blob: name },
  });
}

export function blobTooShort(name: string, range: ByteRange): AppError {
  const end = range.offset + range.length;
  return new AppError('E_BLOB_NOT_FOUND', `object ${name} has no bytes ${range.offset} to ${end}`, {
    context: { blob: name, offset: range.offset, length: range.length },
  });
}

export function blobExists(name: string): AppError {
  return new AppError('E_BLOB_EXISTS', `object ${name} exists already`, {
    context: { blob: name },
  });
}

export function blobArchived(name: string): AppError {
  return new AppError('E_BLOB_ARCHIVED', `object ${name} lies in the archive class`, {
    context: { blob: name },
  });
}

/** @param untilMs by the storage's clock */
export function blobLocked(name: string, untilMs: number): AppError {
  const until = new Date(untilMs).toISOString();
  return new AppError('E_BLOB_LOCKED', `object ${name} is locked until ${until}`, {
    context: { blob: name, lockedUntilMs: untilMs },
  });
}

/** @param what e.g. `a folder` */
export function noLocks(what: string): AppError {
  return new AppError('E_STORAGE_NO_LOCKS', `${what} cannot lock objects`);
}

/** What a caller sees whose own signal ended the call. */
export function storageCancelled(operation: string, cause: unknown): AppError {
  return new AppError('E_CANCELLED', `${operation} was cancelled`, { cause });
}

/** Throws E_CANCELLED when the signal is aborted. */
export function throwIfCancelled(operation: string, signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw storageCancelled(operation, signal.reason);
}
