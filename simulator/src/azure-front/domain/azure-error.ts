const STATUS = {
  AuthenticationFailed: 403,
  AuthorizationPermissionMismatch: 403,
  BlobArchived: 409,
  BlobBeingRehydrated: 409,
  BlobImmutableDueToLegalHold: 409,
  BlobImmutableDueToPolicy: 409,
  BlobNotFound: 404,
  CannotVerifyCopySource: 401,
  CopyIdMismatch: 409,
  InternalError: 500,
  InvalidHeaderValue: 400,
  InvalidInput: 400,
  InvalidQueryParameterValue: 400,
  MissingRequiredHeader: 400,
  NotImplemented: 501,
  OperationNotAllowedOnRootBlob: 403,
  OperationTimedOut: 500,
  PendingCopyOperation: 409,
  ServerBusy: 503,
  UnsupportedHeader: 400,
} as const;

/** An error code of Azure Blob Storage [Microsoft: Blob service error codes]. */
type AzureErrorCode = keyof typeof STATUS;

/** A refusal in Azure's words. */
export class AzureError extends Error {
  readonly code: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: AzureErrorCode, message: string) {
    super(message);
    this.name = 'AzureError';
    this.code = code;
    this.status = STATUS[code];
    this.headers = {};
  }
}

/** An error with a status of the caller's choice: what faults on demand answer. */
export class DemandedError extends AzureError {
  override readonly code: string;
  override readonly status: number;
  override readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, headers: Readonly<Record<string, string>>) {
    super('InternalError', 'Refused on demand.');
    this.code = code;
    this.status = status;
    this.headers = headers;
  }
}

export function blobArchived(): AzureError {
  return new AzureError('BlobArchived', 'This operation is not permitted on an archived blob.');
}

export function blobNotFound(): AzureError {
  return new AzureError('BlobNotFound', 'The specified blob does not exist.');
}

export function invalidHeader(name: string, value: string): AzureError {
  return new AzureError('InvalidHeaderValue', `${name}: '${value}' is not in the correct format`);
}

/** What the front does not know: refused by name, never ignored. */
export function notImplemented(what: string): AzureError {
  return new AzureError('NotImplemented', `${what} is not implemented`);
}
