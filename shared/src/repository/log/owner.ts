import { AppError, isAppError } from '../../errors/app-error.ts';
import type { RepositoryLog } from './repository-log.ts';

/**
 * Whether the controller names this incarnation the owner of the repository.
 * MUST ask, or answer by what the controller said on the current link.
 */
export type IsNamed = (incarnation: string) => Promise<boolean>;

/**
 * Rule 1: becomes the owner by writing an owner entry; answers the epoch. Asks
 * before every try whether it is still named, and fails with E_REPOSITORY_FENCED
 * when it is not. Safe to repeat: an incarnation that owns the repository keeps its epoch.
 */
export async function takeOwnership(
  log: RepositoryLog,
  incarnation: string,
  isNamed: IsNamed,
): Promise<number> {
  await log.appendOwner(async (state) => {
    if (state.owner?.incarnation === incarnation) return undefined;
    if (!(await isNamed(incarnation))) throw notNamed(incarnation);
    return { type: 'owner', epoch: (state.owner?.epoch ?? 0) + 1, incarnation };
  });
  const owner = log.state.owner;
  if (owner?.incarnation !== incarnation) throw notNamed(incarnation);
  log.adoptEpoch(owner.epoch);
  return owner.epoch;
}

/** Another process has taken the repository over: stop all work on it, then ask. */
export function isFenced(error: unknown): boolean {
  return isAppError(error, 'E_REPOSITORY_FENCED');
}

function notNamed(incarnation: string): AppError {
  return new AppError(
    'E_REPOSITORY_FENCED',
    `the controller does not name incarnation ${incarnation} the owner`,
    { context: { incarnation } },
  );
}
