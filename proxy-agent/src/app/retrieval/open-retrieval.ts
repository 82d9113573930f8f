import type { RetrievalWork } from '@firn/shared/gen/firn/link/v1/work';
import type { BlobThawing } from '@firn/shared/repository/ports';
import { packsNeeded } from '@firn/shared/repository/retrieve/packs-needed';
import { type PlannedPack, planPacks } from '@firn/shared/repository/retrieve/plan-packs';
import { packSelections } from '../selections.ts';
import type { SessionContext } from '../session-context.ts';

/** The point stays readable this long after the availability period. */
const pinMarginMs = 7 * 24 * 60 * 60 * 1000;

export interface OpenRetrieval {
  readonly packs: readonly PlannedPack[];
  readonly thawing: BlobThawing;
}

/** Pins the point and plans: reads catalogs, which are hot, and listings. */
export async function openRetrieval(
  context: SessionContext,
  work: RetrievalWork,
  untilMs: number,
): Promise<OpenRetrieval> {
  const { repositories, secrets, signal, progress } = context;
  const { retrievalId } = work;
  const repository = await repositories.owned(work.repository, secrets, signal);
  const from = { jobId: work.jobId, pointId: work.restorePointId };
  const pinId = retrievalPin(retrievalId);
  await repository.pin(pinId, from, untilMs + pinMarginMs);
  const point = await repository.openPoint({ ...from, pinId });
  progress.set({ phase: 'planning' });
  const needed = await packsNeeded(point, await packSelections(point, work.objects));
  const store = repositories.store(work.repository?.storage, signal);
  const packs = await planPacks(store, needed, { retrievalId, signal });
  return { packs, thawing: repositories.thawing(work.repository?.storage, signal) };
}

export function retrievalPin(retrievalId: string): string {
  return `retrieval-${retrievalId}`;
}
