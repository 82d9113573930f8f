import { AppError } from '../../errors/app-error.ts';

/**
 * What an operator hands to a new worker, in one word without spaces:
 * `firn1.<base64url of JSON>`. It is a secret until its token is used.
 */
export interface JoinString {
  /** Where the controller's REST API is: https://host:port */
  readonly controllerUrl: string;
  /** SHA-256 of the SubjectPublicKeyInfo of the controller's CA, hex. */
  readonly caPin: string;
  /** One-time enrolment token. */
  readonly token: string;
}

const prefix = 'firn1.';

/** Writes a join string; decodeJoinString reads it. */
export function encodeJoinString(join: JoinString): string {
  const text = JSON.stringify({ url: join.controllerUrl, pin: join.caPin, token: join.token });
  return prefix + Buffer.from(text, 'utf8').toString('base64url');
}

/** Reads a join string; E_JOIN_STRING_INVALID when it is not one. */
export function decodeJoinString(text: string): JoinString {
  const word = text.trim();
  const parts = word.startsWith(prefix) ? parseParts(word.slice(prefix.length)) : undefined;
  if (parts === undefined) {
    throw new AppError('E_JOIN_STRING_INVALID', 'the join string cannot be read');
  }
  return parts;
}

function parseParts(encoded: string): JoinString | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8'));
    if (typeof value !== 'object' || value === null) return undefined;
    const { url, pin, token } = value as Record<string, unknown>;
    if (typeof url !== 'string' || typeof pin !== 'string' || typeof token !== 'string') {
      return undefined;
    }
    if (new URL(url).protocol !== 'https:' || !/^[0-9a-f]{64}$/.test(pin)) return undefined;
    return { controllerUrl: url, caPin: pin, token };
  } catch {
    return undefined;
  }
}
