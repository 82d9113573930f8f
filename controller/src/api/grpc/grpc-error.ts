import { isAppError } from '@firn/shared/errors/app-error';
import { Metadata, status } from '@grpc/grpc-js';

/** What grpc-js takes as the end of a call. */
export class GrpcError extends Error {
  override readonly name = 'GrpcError';
  readonly code: status;
  readonly details: string;
  readonly metadata = new Metadata();

  constructor(code: status, details: string) {
    super(details);
    this.code = code;
    this.details = details;
  }
}

export function grpcError(code: status, details: string): GrpcError {
  return new GrpcError(code, details);
}

/** The status of any error: causes and stacks stay here. */
export function toGrpcError(error: unknown): GrpcError {
  if (error instanceof GrpcError) return error;
  if (!isAppError(error))
    return grpcError(status.INTERNAL, 'E_INTERNAL: a defect of the controller');
  return grpcError(statusOf(error.code, error.retry), `${error.code}: ${error.message}`);
}

function statusOf(code: string, retry: string): status {
  if (code === 'E_WORKER_REVOKED') return status.UNAUTHENTICATED;
  if (retry === 'later') return status.UNAVAILABLE;
  return status.FAILED_PRECONDITION;
}
