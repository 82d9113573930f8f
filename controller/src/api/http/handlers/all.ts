import type { OperationId } from '@firn/shared/rest/route-table';
import type { Handlers } from '../handler.ts';
import { applianceHandlers } from './appliances.ts';
import { proxyHandlers, repositoryHandlers, storageHandlers } from './infrastructure.ts';
import { exploreHandlers, restoreHandlers, restorePointHandlers } from './recovery.ts';
import { repositoryKeyHandlers } from './repository-keys.ts';
import { retrievalHandlers } from './retrievals.ts';
import { sessionHandlers, systemHandlers } from './sessions.ts';
import { copyJobHandlers, jobHandlers, organizationHandlers } from './work.ts';

/** One handler per operation of the route table; a missing one does not compile. */
export const allHandlers: Handlers<OperationId> = {
  ...organizationHandlers,
  ...jobHandlers,
  ...copyJobHandlers,
  ...storageHandlers,
  ...proxyHandlers,
  ...repositoryHandlers,
  ...applianceHandlers,
  ...repositoryKeyHandlers,
  ...sessionHandlers,
  ...systemHandlers,
  ...restorePointHandlers,
  ...exploreHandlers,
  ...restoreHandlers,
  ...retrievalHandlers,
};
