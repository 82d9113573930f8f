import { AppError } from '../errors/app-error.ts';

/** What a new worker needs to enrol. The token is good once, for an hour. */
export interface JoinString {
  /** The controller's HTTPS address, e.g. `https://firn.example.org:8443`. */
  readonly controllerUrl: string;
  /** `sha256:<hex>` of the SubjectPublicKeyInfo of the controller's CA. */
  readonly caPin: string;
  readonly token: string;
}

const prefix = 'firn-join.v1.';

/** One word, safe on a command line: `firn-join.v1.<base64url of JSON>`. */
export function encodeJoinString(join: JoinString): string {
  const { controllerUrl, caPin, token } = join;
  const json = JSON.stringify({ controllerUrl, caPin, token });
  return prefix + Buffer.from(json).toString('base64url');
}

/** Fails with E_JOIN_STRING_INVALID. */
export function decodeJoinString(text: string): JoinString {
  const fields = parse(text.trim());
  const { controllerUrl, caPin, token } = fields;
  if (
    typeof controllerUrl !== 'string' ||
    !URL.canParse(controllerUrl) ||
    typeof caPin !== 'string' ||
    !/^sha256:[0-9a-f]{64}$/.test(caPin) ||
    typeof token !== 'string' ||
    token === ''
  ) {
    throw invalid();
  }
  return { controllerUrl, caPin, token };
}

function parse(text: string): Record<string, unknown> {
  if (!text.startsWith(prefix)) throw invalid();
  try {
    const value: unknown = JSON.parse(
      Buffer.from(text.slice(prefix.length), 'base64url').toString('utf8'),
    );
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch (cause) {
    throw invalid(cause);
  }
  throw invalid();
}

function invalid(cause?: unknown): AppError {
  return new AppError('E_JOIN_STRING_INVALID', 'this is not a join string', { cause });
}
