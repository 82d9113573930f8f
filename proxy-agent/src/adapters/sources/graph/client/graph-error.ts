import { AppError } from '@firn/shared/errors/app-error';
import type { ErrorCode } from '@firn/shared/errors/codes';
import { isRecord, type JsonRecord, recordAt, textAt } from './json-value.ts';
import { type Headers, retryAfterMs } from './retry-after.ts';

/** An answer, of HTTP or of one part of a batch, as far as it says what went wrong. */
export interface ErrorReply {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON, when there was any. */
  readonly body: unknown;
}

/** The service says "too much": wait and send the same again, it was not applied. */
export function isThrottled(status: number): boolean {
  return status === 429 || status === 509;
}

/** The service failed for now; whether a write was applied is unclear. */
export function isTransient(status: number): boolean {
  return isThrottled(status) || status === 500 || (status >= 502 && status <= 504);
}

/**
 * The one place where answers of the service become AppErrors. The service's
 * own code is kept in `context.serviceCode`.
 */
export function graphError(reply: ErrorReply, what: string, nowMs: number): AppError {
  const error = serviceError(reply.body);
  const waitMs = retryAfterMs(reply.headers, nowMs);
  const detail = error.code === '' ? '' : ` (${error.code}${excerpt(error.message)})`;
  return new AppError(codeOf(reply, error), `${what} answered ${reply.status}${detail}`, {
    context: {
      status: reply.status,
      serviceCode: error.code,
      requestId: reply.headers('request-id'),
    },
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
  });
}

export interface ServiceError {
  readonly code: string;
  readonly message: string;
  /** Codes of nested innerError objects, outermost first. */
  readonly inner: readonly string[];
}

/** Reads `{error: {code, message, innerError}}`, and the import endpoint's `{Message}`. */
export function serviceError(body: unknown): ServiceError {
  if (!isRecord(body)) return { code: '', message: '', inner: [] };
  const error = recordAt(body, 'error') ?? {};
  return {
    code: textAt(error, 'code') ?? '',
    message: textAt(error, 'message') ?? textAt(body, 'Message') ?? '',
    inner: innerCodes(error),
  };
}

function innerCodes(error: JsonRecord): string[] {
  const codes: string[] = [];
  let inner = recordAt(error, 'innerError') ?? recordAt(error, 'innererror');
  while (inner !== undefined && codes.length < 5) {
    const code = textAt(inner, 'code');
    if (code !== undefined) codes.push(code);
    inner = recordAt(inner, 'innerError') ?? recordAt(inner, 'innererror');
  }
  return codes;
}

/** Codes of the service, lower case: their casing varies. [facts: Microsoft docs, clients' sources] */
const serviceCodes: Readonly<Record<string, ErrorCode>> = {
  syncstatenotfound: 'E_SOURCE_RESYNC',
  syncstateinvalid: 'E_SOURCE_RESYNC',
  resyncrequired: 'E_SOURCE_RESYNC',
  resyncchangesapplydifferences: 'E_SOURCE_RESYNC',
  resyncchangesuploaddifferences: 'E_SOURCE_RESYNC',
  toomanyrequests: 'E_SOURCE_THROTTLED',
  applicationthrottled: 'E_SOURCE_THROTTLED',
  activitylimitreached: 'E_SOURCE_THROTTLED',
  errorfolderexists: 'E_SOURCE_EXISTS',
  namealreadyexists: 'E_SOURCE_EXISTS',
  erroritemnotfound: 'E_SOURCE_NOT_FOUND',
  errorsyncfoldernotfound: 'E_SOURCE_NOT_FOUND',
  itemnotfound: 'E_SOURCE_NOT_FOUND',
  mailboxnotenabledforrestapi: 'E_SOURCE_NOT_PROVISIONED',
  errorcorruptdata: 'E_SOURCE_ITEM_UNREADABLE',
  errorinvalidrecipients: 'E_SOURCE_ITEM_UNREADABLE',
  malwaredetected: 'E_SOURCE_MALWARE',
  resourcelocked: 'E_SOURCE_LOCKED',
  notallowed: 'E_SOURCE_LOCKED',
  errorquotaexceeded: 'E_SOURCE_QUOTA',
  quotalimitreached: 'E_SOURCE_QUOTA',
  errormessagesizeexceeded: 'E_SOURCE_ITEM_TOO_LARGE',
};

const statusCodes: Readonly<Record<number, ErrorCode>> = {
  401: 'E_SOURCE_DENIED',
  403: 'E_SOURCE_DENIED',
  404: 'E_SOURCE_NOT_FOUND',
  409: 'E_SOURCE_EXISTS',
  410: 'E_SOURCE_RESYNC',
  413: 'E_SOURCE_ITEM_TOO_LARGE',
  423: 'E_SOURCE_LOCKED',
  429: 'E_SOURCE_THROTTLED',
  507: 'E_SOURCE_QUOTA',
  509: 'E_SOURCE_THROTTLED',
};

/** Said of a user without OneDrive; there is no code for it. [seen by corso, rclone] */
const notProvisioned = /mysite|SPO license/i;

function codeOf(reply: ErrorReply, error: ServiceError): ErrorCode {
  if (notProvisioned.test(error.message)) return 'E_SOURCE_NOT_PROVISIONED';
  for (const code of [error.code, ...error.inner]) {
    const known = serviceCodes[code.toLowerCase()];
    if (known !== undefined) return known;
  }
  if (reply.headers('x-virus-infected') === 'true') return 'E_SOURCE_MALWARE';
  const byStatus = statusCodes[reply.status];
  if (byStatus !== undefined) return byStatus;
  return reply.status >= 500 ? 'E_SOURCE_UNAVAILABLE' : 'E_SOURCE_REFUSED';
}

/** Service messages may quote long ids or addresses: keep them short. */
function excerpt(message: string): string {
  const line = message.replaceAll(/\s+/g, ' ').trim();
  if (line === '') return '';
  return `: ${line.length > 160 ? `${line.slice(0, 160)}…` : line}`;
}
