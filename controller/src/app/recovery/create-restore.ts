import { assertReadable } from '../../domain/readability.ts';
import type { Retrieval } from '../../domain/restore-point.ts';
import type { ObjectSelection, Session } from '../../domain/session.ts';
import type { AppContext } from '../context.ts';
import { findOrganization } from '../resources/organizations.ts';
import { readyRepository } from '../resources/ready-repository.ts';
import { announceSession } from '../sessions/change-session.ts';
import { newSession } from '../sessions/new-session.ts';
import { findRestorePoint, findRetrieval } from './create-retrieval.ts';

export interface CreateRestore {
  readonly restorePointId: string;
  readonly retrievalId?: string;
  readonly objects?: readonly ObjectSelection[];
}

/** E_RETRIEVAL_REQUIRED, E_RETRIEVAL_NOT_READY, E_RETRIEVAL_MISMATCH */
export async function createRestore(context: AppContext, input: CreateRestore): Promise<Session> {
  const { database, secrets } = context;
  const { restorePointId } = input;
  const point = await findRestorePoint(context, restorePointId);
  const retrievalId = input.retrievalId ?? point.retrievalId ?? undefined;
  const retrieval =
    retrievalId === undefined ? undefined : await findRetrieval(context, retrievalId);
  assertReadable(point, retrieval);
  const objects = chosenObjects(input.objects, retrieval);
  await findOrganization(context, point.organizationId);
  const { proxyId, id: repositoryId } = await readyRepository(database, point.repositoryId);
  const session = await database.sessions.insert(
    newSession(secrets.uuid(), {
      kind: 'restore',
      proxyId,
      repositoryId,
      organizationId: point.organizationId,
      jobId: point.jobId,
      copyJobId: point.copyJobId,
      restorePointId,
      retrievalId: retrievalId ?? null,
      details: { objects },
    }),
  );
  announceSession(context, session);
  return session;
}

/** Of a retrieval what was retrieved, unless something is chosen. */
function chosenObjects(
  chosen: readonly ObjectSelection[] = [],
  retrieval: Retrieval | undefined,
): readonly ObjectSelection[] {
  return chosen.length > 0 ? chosen : (retrieval?.objects ?? []);
}
