import type { AppError } from '@firn/shared/errors/app-error';

/** Of what a rescue goes on past. */
export function problemText({ code, message }: Pick<AppError, 'code' | 'message'>): string {
  return `${message} (${code})`;
}
