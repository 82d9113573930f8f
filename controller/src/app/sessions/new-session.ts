import type { NewSession } from '../../domain/session.ts';

type Required = Pick<NewSession, 'kind' | 'proxyId'>;

/** A session with nothing but what its kind needs. */
export function newSession(
  id: string,
  about: Required & Partial<Omit<NewSession, 'id'>>,
): NewSession {
  return {
    repositoryId: null,
    objectStorageId: null,
    organizationId: null,
    jobId: null,
    copyJobId: null,
    restorePointId: null,
    retrievalId: null,
    details: {},
    retryOf: null,
    retryNumber: 0,
    ...about,
    id,
  };
}
