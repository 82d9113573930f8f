import type {
  RetrievalChanged,
  RetrievalPacks,
  RetrievalPlanned,
} from '@firn/shared/gen/firn/link/v1/work';
import type { PriceTable } from '@firn/shared/prices/price-table';
import type { Session } from '../../domain/session.ts';
import type { Records } from '../../ports/records.ts';
import { priceRetrieval } from '../recovery/price-retrieval.ts';
import { found } from '../resources/found.ts';
import { retrievalRemoved } from '../sessions/change-session.ts';
import { oneOf } from './decode-results.ts';

/** How far a retrieval is, as its proxy tells it. */
export async function changeRetrieval(
  records: Records,
  session: Session,
  changed: RetrievalChanged,
): Promise<void> {
  const id = session.retrievalId;
  if (id === null || changed.retrievalId !== id) return;
  if (session.kind === 'retrieval') {
    const { packsTotal, packsReady, bytes } = changed;
    const progress = { packsTotal, packsReady, bytes: Number(bytes) };
    await records.retrievals.setProgress(id, progress);
  }
  if (changed.state === 'retrieved') {
    await records.retrievals.transition(id, 'ready', changed.availableUntil?.toISOString());
  } else if (changed.state === 'failed' && session.kind === 'retrieval') {
    await records.retrievals.transition(id, 'fail');
  } else if (changed.state === 'expired') {
    await retrievalRemoved(records, id);
  }
}

export interface PlannedBy {
  readonly session: Session;
  readonly planned: RetrievalPlanned;
  readonly prices: readonly PriceTable[];
  readonly nowMs: number;
}

/** What it needs, with what that costs. */
export async function planRetrieval(records: Records, of: PlannedBy): Promise<void> {
  const { session, planned, prices, nowMs } = of;
  const id = session.retrievalId;
  if (id === null || planned.retrievalId !== id) return;
  const retrieval = found('retrieval', id, await records.retrievals.get(id));
  const repository = await records.repositories.find(retrieval.repositoryId);
  const storage = await records.objectStorages.find(repository?.objectStorageId ?? '');
  const { availabilitySeconds } = retrieval;
  const plan = priceRetrieval(prices, {
    size: {
      packs: planned.packs,
      bytes: Number(planned.bytes),
      coldPacks: planned.coldPacks,
      coldBytes: Number(planned.coldBytes),
      neededBytes: Number(planned.neededBytes),
      missingPacks: planned.missingPacks,
    },
    storage: found('object storage', repository?.objectStorageId ?? '', storage),
    availabilitySeconds,
    nowMs,
  });
  const isPlanned = await records.retrievals.transition(id, 'plan');
  if (isPlanned !== undefined) await records.retrievals.setPlan(id, plan);
}

export async function putPacks(
  records: Records,
  session: Session,
  { retrievalId, packs }: RetrievalPacks,
): Promise<void> {
  if (session.retrievalId !== retrievalId) return;
  const states = ['retrieving', 'retrieved', 'missing', 'expired'] as const;
  const changed = packs.map(({ pack, bytes, state }) => ({
    pack,
    bytes: Number(bytes),
    state: oneOf(states, state, 'retrieving'),
  }));
  await records.retrievals.putPacks(retrievalId, changed);
}
