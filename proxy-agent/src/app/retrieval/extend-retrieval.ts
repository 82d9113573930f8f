import type { RetrievalWork } from '@firn/shared/gen/firn/link/v1/work';
import type { PlannedPack } from '@firn/shared/repository/retrieve/plan-packs';
import { forEachConcurrent } from '../for-each-concurrent.ts';
import { Pace } from '../pace.ts';
import type { SessionContext } from '../session-context.ts';
import { openRetrieval } from './open-retrieval.ts';
import { tellPacks } from './tell-packs.ts';

const extensionsPerSecond = 500;
const extensionsAtOnce = 32;

/** Prolongs what is warm. What has become cold meanwhile is told, and never thawed. */
export async function extendRetrieval(context: SessionContext, work: RetrievalWork): Promise<void> {
  const { clock, signal, events, progress } = context;
  const { retrievalId, availableUntil = new Date(clock.now()) } = work;
  const untilMs = availableUntil.getTime();
  const { packs, thawing } = await openRetrieval(context, work, untilMs);
  const warm = packs.filter(({ state }) => state === 'warm');
  const gone = packs.filter(({ state }) => state === 'cold' || state === 'missing');
  progress.set({ phase: 'extending', packsTotal: packs.length });
  const pace = new Pace(clock, extensionsPerSecond);
  await forEachConcurrent(warm, extensionsAtOnce, async ({ pack, warmCopy }: PlannedPack) => {
    await pace.turn(signal);
    const readableMs = Math.max(0, untilMs - clock.now());
    const request = { retrievalId, speed: 'standard', readableMs, warmCopy, signal } as const;
    await thawing.begin(pack, request);
  });
  await tellPacks(
    events,
    retrievalId,
    gone.map((of) => ({ of, state: 'expired' })),
  );
  const bytes = packs.reduce((sum, { packBytes }) => sum + packBytes, 0);
  const packsReady = packs.length - gone.length;
  const counts = { packsTotal: packs.length, packsReady, bytes: BigInt(bytes) };
  const value = { retrievalId, state: 'retrieved', ...counts, availableUntil };
  await events.emit({ $case: 'retrieval', value });
  if (gone.length === 0) return;
  const message = `${gone.length} of ${packs.length} packs are cold again: retrieve them anew`;
  await events.trouble('packs', [{ $case: 'log', value: { level: 'error', message } }]);
}
