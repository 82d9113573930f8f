const STATUS = {
  AccessControlListNotSupported: 400,
  AccessDenied: 403,
  AuthorizationHeaderMalformed: 400,
  AuthorizationQueryParametersError: 400,
  BadDigest: 400,
  BucketAlreadyOwnedByYou: 409,
  BucketNotEmpty: 409,
  ConditionalRequestConflict: 409,
  EntityTooLarge: 400,
  EntityTooSmall: 400,
  ExpiredToken: 400,
  IllegalLocationConstraintException: 400,
  IncompleteBody: 400,
  InternalError: 500,
  InvalidAccessKeyId: 403,
  InvalidArgument: 400,
  InvalidBucketName: 400,
  InvalidBucketState: 409,
  InvalidChunkSizeError: 403,
  InvalidDigest: 400,
  InvalidObjectState: 403,
  InvalidPart: 400,
  InvalidPartOrder: 400,
  InvalidRange: 416,
  InvalidRequest: 400,
  InvalidStorageClass: 400,
  InvalidToken: 400,
  InvalidURI: 400,
  KeyTooLongError: 400,
  MalformedPolicyDocument: 400,
  MalformedTrailerError: 400,
  MalformedXML: 400,
  MetadataTooLarge: 400,
  MethodNotAllowed: 405,
  MissingContentLength: 411,
  MissingRequestBodyError: 400,
  NoSuchBucket: 404,
  NoSuchKey: 404,
  NoSuchObjectLockConfiguration: 404,
  NoSuchUpload: 404,
  NoSuchVersion: 404,
  NotImplemented: 501,
  ObjectLockConfigurationNotFoundError: 404,
  PreconditionFailed: 412,
  RequestHeaderSectionTooLarge: 400,
  RequestTimeTooSkewed: 403,
  RestoreAlreadyInProgress: 409,
  ServiceUnavailable: 503,
  SignatureDoesNotMatch: 403,
  SlowDown: 503,
  ThrottlingException: 503,
  XAmzContentSHA256Mismatch: 400,
  ValidationError: 400,
} as const;

/** An error code of S3, with the status that it has by the list of error responses. */
export type S3ErrorCode = keyof typeof STATUS;

/** What an error says beyond its code. */
export interface S3ErrorDetail {
  readonly message: string;
  /** Further elements of the error document, such as `ArgumentName`. */
  readonly elements?: Readonly<Record<string, string | number>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A refusal in S3's words [Amazon S3 API: Error responses]. */
export class S3Error extends Error {
  readonly code: string;
  readonly status: number;
  readonly elements: Readonly<Record<string, string | number>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: S3ErrorCode, detail: S3ErrorDetail | string) {
    const {
      message,
      elements = {},
      headers = {},
    } = typeof detail === 'string' ? { message: detail } : detail;
    super(message);
    this.name = 'S3Error';
    this.code = code;
    this.status = STATUS[code];
    this.elements = elements;
    this.headers = headers;
  }
}

/** An error with a status of the caller's choice: what faults on demand answer. */
export class DemandedError extends S3Error {
  override readonly code: string;
  override readonly status: number;

  constructor(status: number, code: string, detail: S3ErrorDetail) {
    super('InternalError', detail);
    this.code = code;
    this.status = status;
  }
}

/** An argument that S3 does not take, named as S3 names it. */
export function invalidArgument(message: string, name: string, value: string): S3Error {
  return new S3Error('InvalidArgument', {
    message,
    elements: { ArgumentName: name, ArgumentValue: value },
  });
}

/** What the fake does not know: refused by name, never ignored. */
export function notImplemented(
  kind: 'Element' | 'Header' | 'Parameter' | 'Operation',
  name: string,
): S3Error {
  const what = `${/^[EO]/.test(kind) ? 'An' : 'A'} ${kind.toLowerCase()}`;
  return new S3Error('NotImplemented', {
    message: `${what} you provided implies functionality that is not implemented: ${name}`,
    elements: { [kind]: name },
  });
}
