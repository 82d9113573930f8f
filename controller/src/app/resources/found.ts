import { AppError } from '@firn/shared/errors/app-error';

/** The resource, or E_NOT_FOUND with its kind and what it was asked by. */
export function found<T>(kind: string, key: string, resource: T | undefined): T {
  if (resource !== undefined) return resource;
  throw new AppError('E_NOT_FOUND', `there is no ${kind} "${key}"`);
}

/** Refuses to delete what others need, and names them. */
export function assertUnused(kind: string, name: string, users: readonly string[]): void {
  if (users.length === 0) return;
  const shown = users.slice(0, 10).join(', ');
  const more = users.length > 10 ? ` and ${users.length - 10} more` : '';
  throw new AppError('E_IN_USE', `${kind} "${name}" is in use by ${shown}${more}`);
}
