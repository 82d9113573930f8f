import { AppError } from '@firn/shared/errors/app-error';
import type { Repository } from '../../domain/resources.ts';
import type { Records } from '../../ports/records.ts';
import { found } from './found.ts';

/** E_REPOSITORY_NOT_READY */
export async function readyRepository(records: Records, id: string): Promise<Repository> {
  const repository = found('repository', id, await records.repositories.find(id));
  if (repository.state === 'ready') return repository;
  throw new AppError(
    'E_REPOSITORY_NOT_READY',
    `repository "${repository.name}" is ${repository.state}`,
  );
}
