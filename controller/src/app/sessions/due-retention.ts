import { isAppError } from '@firn/shared/errors/app-error';
import { retentionEveryMs } from '../../domain/retention.ts';
import type { AppContext } from '../context.ts';
import { announceSession } from './change-session.ts';
import { newSession } from './new-session.ts';

/** Runs retention where something was written since it last ran, at most once a day. */
export async function startDueRetention(context: AppContext): Promise<void> {
  const { database, secrets } = context;
  for (const { id, proxyId } of await database.repositories.dueForRetention(retentionEveryMs)) {
    const row = newSession(secrets.uuid(), { kind: 'retention', proxyId, repositoryId: id });
    try {
      announceSession(context, await database.sessions.insert(row));
    } catch (error) {
      // A dry run of it has not ended yet.
      if (!isAppError(error, 'E_SESSION_OPEN')) throw error;
    }
  }
}
