import type { Session } from '../../domain/session.ts';
import type { AppContext } from '../context.ts';
import { announceSession } from '../sessions/change-session.ts';
import { newSession } from '../sessions/new-session.ts';
import { findRepository } from './repositories.ts';

export interface Erase {
  /** User principal names or ids. */
  readonly users: readonly string[];
  readonly objectIds: readonly string[];
}

/** Another repository that a job copies restore points to: what is there is erased there. */
export interface CopyElsewhere {
  readonly copyJob: string;
  readonly repositoryId: string;
  /** Its name. */
  readonly repository: string;
}

/** Starts a session that destroys what the repository holds of the objects. */
export async function eraseFromRepository(
  context: AppContext,
  key: string,
  { users, objectIds }: Erase,
): Promise<{ readonly session: Session; readonly copies: readonly CopyElsewhere[] }> {
  const { database, secrets } = context;
  const { id: repositoryId, proxyId } = await findRepository(context, key);
  const details = { eraseUsers: users, eraseObjects: objectIds };
  const session = await database.sessions.insert(
    newSession(secrets.uuid(), { kind: 'erase', proxyId, repositoryId, details }),
  );
  announceSession(context, session);
  return { session, copies: await database.repositories.copiesOf(repositoryId) };
}
