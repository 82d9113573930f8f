import { isAppError } from '@firn/shared/errors/app-error';
import type { CredentialsRequest } from '@firn/shared/gen/firn/link/v1/link';
import type { StorageRef, Work } from '@firn/shared/gen/firn/link/v1/work';
import { isFinal } from '../../domain/session-state.ts';
import { serves } from '../../domain/warm-appliance.ts';
import type { Worker } from '../../domain/worker.ts';
import { repackWork } from '../appliances/appliance-link.ts';
import { type Access, mintCredential } from '../assignments/build-secrets.ts';
import { buildWork } from '../assignments/build-work.ts';
import type { AppContext } from '../context.ts';

type WorkOf = NonNullable<Work['work']>;

/** Fresh credentials for a storage of a session that the worker has; else no answer. */
export async function answerCredentials(
  context: AppContext,
  worker: Worker,
  { sessionId, storageId }: CredentialsRequest,
): Promise<void> {
  const access = await accessOf(context, worker, sessionId, storageId);
  if (access === undefined) {
    context.logger.warn('credentials.refused', { workerId: worker.id, sessionId, storageId });
    return;
  }
  const credential = await minted(context, storageId, access);
  if (credential === undefined) return;
  context.links.credentials(worker.id, { sessionId, storageId }, credential);
}

/** undefined: a role could not be assumed. The worker asks again, as it does without an answer. */
async function minted(context: AppContext, storageId: string, access: Access) {
  try {
    return await mintCredential(context, storageId, access);
  } catch (error) {
    if (!isAppError(error) || error.code === 'E_DATABASE_UNAVAILABLE') throw error;
    context.logger.warn('credentials.failed', { storageId, error });
    return undefined;
  }
}

async function accessOf(
  context: AppContext,
  worker: Worker,
  sessionId: string,
  storageId: string,
): Promise<Access | undefined> {
  const session = await context.database.sessions.get(sessionId);
  if (session === undefined || isFinal(session.state)) return undefined;
  if (worker.kind === 'appliance') {
    const appliance = await context.database.appliances.get(worker.id);
    if (appliance === undefined || !serves(appliance, sessionId)) return undefined;
    const { source, target } = await repackWork(context, session);
    if (target?.storageId === storageId) return 'write';
    return source?.storageId === storageId ? 'read' : undefined;
  }
  if (session.proxyId !== worker.id) return undefined;
  const { work } = await buildWork(context.database, session);
  if (work === undefined || work.$case === 'repack') return undefined;
  return storagesOf(work).some((ref) => ref?.storageId === storageId) ? 'write' : undefined;
}

/** Of the work of a proxy agent. */
function storagesOf(
  work: Exclude<WorkOf, { readonly $case: 'repack' }>,
): readonly (StorageRef | undefined)[] {
  if (work.$case === 'storageTest') return [work.value.storage];
  const repositories =
    work.$case === 'copy' ? [work.value.source, work.value.target] : [work.value.repository];
  return repositories.map((ref) => ref?.storage);
}
