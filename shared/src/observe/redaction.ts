import { isAppError } from '../errors/app-error.ts';

const blackened = '[secret]';
const secretName =
  /(password|passphrase|secret|token|credentials?|authorization|assertion|sas|pem|key)$/i;
/** Names that end like a secret's, but are none. */
const harmlessName = /^(changeKey|publicKey|primaryKey|continuationToken)$/;
const depthMax = 6;

/** Secrets inside text: signatures of SAS addresses, passwords of addresses, bearer tokens. */
const secretsInText: readonly (readonly [RegExp, string])[] = [
  [/([?&]sig=)[^&\s"']+/gi, `$1${blackened}`],
  [/(:\/\/[^/\s:@]*:)[^/\s@]+@/g, `$1${blackened}@`],
  [/(bearer\s+)[\w.~+/-]+=*/gi, `$1${blackened}`],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g, blackened],
];

/**
 * A copy of a log field in plain JSON values, without secrets: values of
 * secret-like names, secrets inside texts. Errors become objects with their
 * code, help and cause, unexpected ones with their stack; bytes become their number.
 */
export function redacted(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactedText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (depth >= depthMax) return '…';
  if (value instanceof Error) return redactedError(value, depth);
  if (Array.isArray(value)) return value.map((entry) => redacted(entry, depth + 1));
  return redactedFields(value, depth);
}

function redactedFields(value: object, depth: number): Record<string, unknown> {
  const entries = Object.entries(value).map(([name, entry]) => {
    const isSecret = secretName.test(name) && !harmlessName.test(name) && entry !== undefined;
    return [name, isSecret ? blackened : redacted(entry, depth + 1)];
  });
  return Object.fromEntries(entries);
}

function redactedError(error: Error, depth: number): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  return {
    name,
    message: redactedText(message),
    ...(isAppError(error) && {
      code: error.code,
      help: error.help,
      ...redactedFields(error.context, depth),
    }),
    ...(isDefect(error) && stack !== undefined && { stack: redactedText(stack) }),
    ...(cause !== undefined && { cause: redacted(cause, depth + 1) }),
  };
}

/** Where it happened in the code matters only when the code is to blame. */
function isDefect(error: Error): boolean {
  return !isAppError(error) || error.code === 'E_INTERNAL';
}

function redactedText(text: string): string {
  return secretsInText.reduce((result, [pattern, black]) => result.replace(pattern, black), text);
}
