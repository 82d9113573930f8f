import { AppError } from '../../errors/app-error.ts';

/** Whether an error of node:fs has one of the codes. */
export function isNodeError(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

/** The one conversion of errors of node:fs. AppErrors pass. */
export function toFolderError(error: unknown, operation: string): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) return error;
  const message = `${operation} failed: ${error.message}`;
  if (isNodeError(error, 'EACCES', 'EPERM', 'EROFS')) {
    return new AppError('E_STORAGE_DENIED', message, { cause: error });
  }
  return new AppError('E_STORAGE_UNAVAILABLE', message, { cause: error });
}
