import { AppError, isAppError } from '../errors/app-error.ts';
import { type ErrorCode, errorCodes } from '../errors/codes.ts';
import type { Problem } from '../gen/firn/link/v1/work.ts';

/** An error as it travels: code, what happened, what to do. Causes stay behind. */
export function toProblem(error: unknown): Problem {
  if (isAppError(error)) {
    const { code, message, help, retry } = error;
    return { code, message, help, retry };
  }
  const { help, retry } = errorCodes.E_INTERNAL;
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'E_INTERNAL', message, help, retry };
}

/** The error of a problem; a code of a newer version becomes E_INTERNAL with its text. */
export function fromProblem(problem: Problem): AppError {
  if (isErrorCode(problem.code)) return new AppError(problem.code, problem.message);
  return new AppError('E_INTERNAL', `${problem.code}: ${problem.message}`);
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCodes, code);
}
