import type { Retrieval, RetrievalPack } from '@firn/shared/rest/schemas/retrieval';
import type * as points from '../../domain/restore-point.ts';
import type * as plans from '../../domain/retrieval-plan.ts';
import type { RetrievalState } from '../../domain/retrieval-state.ts';
import type { ObjectSelection } from '../../domain/session.ts';
import { present } from './present.ts';

export function encodeRetrieval(row: points.Retrieval): Retrieval {
  const { id, restorePointId, copyJobId, repositoryId, state, speed } = row;
  const { availabilitySeconds, availableUntil, packsTotal, packsReady, bytes } = row;
  const { sessionId, createdAt, noticeHours } = row;
  return present({
    id,
    restorePointId,
    copyJobId,
    repositoryId,
    state,
    objects: row.objects.map(encodeSelection),
    plan: row.plan && { ...row.plan, speeds: [...row.plan.speeds] },
    speed,
    availabilitySeconds,
    noticeHours,
    availableUntil,
    packsTotal,
    packsReady,
    bytes,
    sessionId,
    createdAt,
  });
}

/** What is retrieved shares the state of its retrieval. */
export function encodeRetrievalPack(
  { pack, bytes, state }: plans.RetrievalPack,
  retrieval: RetrievalState,
): RetrievalPack {
  const isOver = retrieval === 'expired' || retrieval === 'cancelled';
  if (isOver) return { pack, bytes, state: 'expired' };
  const isChanging = retrieval === 'extending' || retrieval === 'removing';
  return { pack, bytes, state: isChanging && state === 'retrieved' ? retrieval : state };
}

function encodeSelection({ objectId, folderIds, itemIds }: ObjectSelection) {
  return {
    objectId,
    ...(folderIds === undefined ? {} : { folderIds: [...folderIds] }),
    ...(itemIds === undefined ? {} : { itemIds: [...itemIds] }),
  };
}
