import { DriveError, type DriveErrorCode } from '../../domain/drive/drive-error.ts';
import { GraphError, type GraphErrorDetail } from '../core/graph-error.ts';

type HttpForm = Omit<GraphErrorDetail, 'message'>;

/** Status and codes as in [Microsoft: onedrive-errors]. */
const FORMS: Readonly<Record<DriveErrorCode, HttpForm>> = {
  itemNotFound: { status: 404, code: 'itemNotFound' },
  nameAlreadyExists: { status: 409, code: 'nameAlreadyExists' },
  invalidRequest: { status: 400, code: 'invalidRequest' },
  pathIsTooLong: { status: 400, code: 'invalidRequest', inner: { code: 'pathIsTooLong' } },
  notAllowed: { status: 403, code: 'notAllowed' },
  quotaLimitReached: { status: 507, code: 'quotaLimitReached' },
  resourceModified: {
    status: 412,
    code: 'resourceModified',
    inner: { code: 'entityTagDoesNotMatch' },
  },
  malwareDetected: {
    status: 403,
    code: 'malwareDetected',
    headers: { 'x-virus-infected': 'true' },
  },
};

/** Turns what the domain refuses into Graph's words; lets everything else pass. */
export function toGraphError(error: unknown): unknown {
  if (!(error instanceof DriveError)) return error;
  return new GraphError({ ...FORMS[error.code], message: error.message });
}

export function invalidRequest(message: string, innerCode?: string): GraphError {
  const inner = innerCode === undefined ? {} : { inner: { code: innerCode } };
  return new GraphError({ status: 400, code: 'invalidRequest', message, ...inner });
}

export function itemNotFound(): GraphError {
  return new GraphError({
    status: 404,
    code: 'itemNotFound',
    message: 'The resource could not be found.',
  });
}

export function siteLocked(): GraphError {
  return new GraphError({
    status: 423,
    code: 'resourceLocked',
    message: 'The resource you are attempting to access is locked.',
  });
}

/** A user without OneDrive; both wordings are seen on the service. */
export function noPersonalSite(wording: 'unable' | 'not found'): GraphError {
  const message =
    wording === 'unable' ? "Unable to retrieve user's mysite URL." : "User's mysite not found.";
  return new GraphError({ status: 404, code: 'ResourceNotFound', message });
}
