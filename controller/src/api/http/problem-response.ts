import { AppError, isAppError } from '@firn/shared/errors/app-error';
import { type ErrorCode, errorCodes } from '@firn/shared/errors/codes';
import type { Problem } from '@firn/shared/rest/schemas/problem';

export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/** A request that is not what the route describes. */
export class RequestInvalid extends AppError {
  readonly errors: readonly FieldError[];

  constructor(part: string, errors: readonly FieldError[]) {
    super('E_REQUEST_INVALID', `the ${part} of the request is not valid`);
    this.errors = errors;
  }
}

const statuses: Readonly<Partial<Record<ErrorCode, number>>> = {
  E_REQUEST_INVALID: 400,
  E_CSR_INVALID: 400,
  E_UNAUTHENTICATED: 401,
  E_ENROLLMENT_TOKEN_INVALID: 401,
  E_FORBIDDEN: 403,
  E_NOT_FOUND: 404,
  E_POINT_NOT_FOUND: 404,
  E_OBJECT_NOT_IN_POINT: 404,
  E_FOLDER_NOT_FOUND: 404,
  E_NAME_TAKEN: 409,
  E_IN_USE: 409,
  E_CONFLICT: 409,
  E_SESSION_OPEN: 409,
  E_REPOSITORY_NOT_READY: 409,
  E_RETRIEVAL_NOT_READY: 409,
  E_RETRIEVAL_REQUIRED: 409,
  E_NO_RESTORE_POINT: 409,
  E_COPY_TARGET_PROXY: 422,
  E_COPY_TARGET_RETENTION: 422,
  E_COPY_TARGET_SAME: 422,
  E_ARCHIVE_TARGET: 422,
  E_RETRIEVAL_NOT_NEEDED: 422,
  E_RETRIEVAL_MISMATCH: 422,
  E_RETRIEVAL_SPEED: 422,
  E_IDEMPOTENCY_KEY_REUSED: 422,
  E_APPLIANCE_FAILED: 422,
  E_APPLIANCE_PERMISSION: 422,
  E_APPLIANCE_QUOTA: 422,
  E_STORAGE_DENIED: 422,
  E_STORAGE_UNAVAILABLE: 502,
  E_APPLIANCE_UNANSWERED: 502,
  E_APPLIANCE_CAPACITY: 503,
  E_PROXY_OFFLINE: 503,
  E_PROXY_TIMEOUT: 504,
  E_DATABASE_UNAVAILABLE: 503,
};

/** Any error as RFC 9457. Causes and stacks stay in the log. */
export function toProblemResponse(error: unknown): Problem {
  const known = isAppError(error) ? error : fromFastify(error);
  const { meaning } = errorCodes[known.code];
  return {
    type: `urn:firn:error:${known.code}`,
    title: meaning,
    status: statuses[known.code] ?? 500,
    detail: known.message,
    code: known.code,
    help: known.help,
    retry: known.retry,
    ...(known instanceof RequestInvalid ? { errors: [...known.errors] } : {}),
  };
}

/** fastify's own errors (a body that is no JSON, too large, …) carry a status below 500. */
function fromFastify(error: unknown): AppError {
  const isClients =
    error instanceof Error &&
    'statusCode' in error &&
    typeof error.statusCode === 'number' &&
    error.statusCode < 500;
  return isClients
    ? new AppError('E_REQUEST_INVALID', 'the request cannot be read', { cause: error })
    : new AppError('E_INTERNAL', 'the controller failed on this request', { cause: error });
}
