/**
 * What a drive refuses. The names follow the error codes of the service
 * [Microsoft: onedrive-errors]; the API layer alone knows their HTTP form.
 */
export type DriveErrorCode =
  | 'itemNotFound'
  | 'nameAlreadyExists'
  | 'invalidRequest'
  | 'pathIsTooLong'
  | 'notAllowed'
  | 'quotaLimitReached'
  | 'resourceModified'
  | 'malwareDetected';

export class DriveError extends Error {
  override readonly name = 'DriveError';
  readonly code: DriveErrorCode;

  constructor(code: DriveErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
