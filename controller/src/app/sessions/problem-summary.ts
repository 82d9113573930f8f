import type { AppError } from '@firn/shared/errors/app-error';
import type { Problem } from '@firn/shared/gen/firn/link/v1/work';
import type { ProblemSummary } from '../../domain/problem.ts';

export function toSummary({ code, message, help, retry }: AppError): ProblemSummary {
  return { code, message, help, retry };
}

/** A problem of the wire as it is kept. A code that this version does not know stays as it is. */
export function decodeProblem(problem: Problem | undefined): ProblemSummary | undefined {
  if (problem === undefined || problem.code === '') return undefined;
  const { code, message, help, retry } = problem;
  return { code, message, help, retry };
}
