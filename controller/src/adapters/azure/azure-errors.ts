import { AppError } from '@firn/shared/errors/app-error';
import type { ErrorCode } from '@firn/shared/errors/codes';

/** As the SDK throws them. */
interface ServiceError extends Error {
  readonly statusCode?: number;
  readonly code?: string;
}

/** What another size may not refuse. [Azure: Resolve allocation failures; SKU not available] */
const noRoom =
  /^(AllocationFailed|ZonalAllocationFailed|OverconstrainedAllocationRequest|OverconstrainedZonalAllocationRequest|SkuNotAvailable|SpotCapacityNotAvailable)$/;

/**
 * The one conversion of errors of these SDKs.
 * @param action as permissions name it: Microsoft.Compute/virtualMachines/write
 */
export function toAzureAppError(error: unknown, action: string): unknown {
  if (!(error instanceof Error) || error instanceof AppError) return error;
  const { statusCode, code = '', message } = error as ServiceError;
  if (error.name === 'CredentialUnavailableError' || error.name === 'AuthenticationError') {
    const text = 'the controller has no credentials of Azure: a managed identity, or a client';
    return new AppError('E_APPLIANCE_FAILED', text, { cause: error });
  }
  if (statusCode === 403) return permissionDenied(message, action);
  if (statusCode === undefined) {
    const text = `Azure did not answer ${action}: ${message}`;
    return new AppError('E_APPLIANCE_UNANSWERED', text, { cause: error });
  }
  const text = `Azure refused ${action}: ${code}: ${message}`;
  return new AppError(codeOf(statusCode, code, message), text, { cause: error });
}

/** A refusal by its code, of a request or of a machine that did not come to be. */
export function azureErrorCode(code: string, message: string): ErrorCode | undefined {
  if (noRoom.test(code)) return 'E_APPLIANCE_CAPACITY';
  const isQuota = code === 'QuotaExceeded' || /quota|exceeding approved/i.test(message);
  return isQuota ? 'E_APPLIANCE_QUOTA' : undefined;
}

/** Whether the resource is not there. */
export function isAzureNotFound(error: unknown): boolean {
  return error instanceof Error && (error as ServiceError).statusCode === 404;
}

/** Whether a resource of the name is there already, or is used: to be looked at again. */
export function isAzureConflict(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { statusCode, code } = error as ServiceError;
  return statusCode === 412 || (statusCode === 409 && /InUse|NotAllowed|Conflict/.test(code ?? ''));
}

export function isAzureTaken(error: unknown): boolean {
  return error instanceof Error && (error as ServiceError).statusCode === 412;
}

function codeOf(statusCode: number, code: string, message: string): ErrorCode {
  const known = azureErrorCode(code, message);
  if (known !== undefined) return known;
  return statusCode >= 500 || statusCode === 429 ? 'E_APPLIANCE_UNANSWERED' : 'E_APPLIANCE_FAILED';
}

function permissionDenied(message: string, action: string): AppError {
  const permission = /perform action '([^']+)'/.exec(message)?.[1] ?? action;
  const text = `the controller is not allowed to do ${permission}`;
  return new AppError('E_APPLIANCE_PERMISSION', text, { context: { permission } });
}
