import { type ErrorCode, errorCodes, type Retry } from './codes.ts';

export interface AppErrorOptions {
  /** What the error is about: names, ids, counts. Never a secret. */
  readonly context?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly cause?: unknown;
  /** Earliest useful retry, in ms from now, when the other side said so. */
  readonly retryAfterMs?: number;
}

/**
 * An operating error: something outside the program went wrong. It carries a
 * code of docs/errors.md, what happened, and (by its code) what to do.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly context: NonNullable<AppErrorOptions['context']>;
  readonly retryAfterMs: number | undefined;

  /** @param message what happened, in lower case, without a full stop */
  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.context = options.context ?? {};
    this.retryAfterMs = options.retryAfterMs;
  }

  /** When a retry makes sense. Retry loops decide on this alone, never on text. */
  get retry(): Retry {
    return errorCodes[this.code].retry;
  }

  /** What the operator does about it. */
  get help(): string {
    return errorCodes[this.code].help;
  }
}

export function isAppError(error: unknown, code?: ErrorCode): error is AppError {
  return error instanceof AppError && (code === undefined || error.code === code);
}
