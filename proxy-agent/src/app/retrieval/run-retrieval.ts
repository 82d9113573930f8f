import type { RetrievalWork } from '@firn/shared/gen/firn/link/v1/work';
import {
  longestThawMs,
  type ThawSpeed,
  thawSpeeds,
} from '@firn/shared/storage-class/storage-class';
import { journalledTime } from '../journalled-time.ts';
import type { SessionContext } from '../session-context.ts';
import { extendRetrieval } from './extend-retrieval.ts';
import { openRetrieval } from './open-retrieval.ts';
import { assertPrice } from './price-limit.ts';
import { sizeOf } from './retrieval-size.ts';
import { ThawPacks } from './thaw-packs.ts';

const dayMs = 24 * 60 * 60 * 1000;
const readableUntilNote = 'readable-until';

/** A step of a retrieval: planning it, thawing, or prolonging what is warm. */
export async function runRetrieval(context: SessionContext, work: RetrievalWork): Promise<void> {
  if (work.step === 'plan') return await planRetrieval(context, work);
  if (work.step === 'extend') return await extendRetrieval(context, work);
  return await thaw(context, work);
}

/** The point stays readable for the plan's life of a day. */
async function planRetrieval(context: SessionContext, work: RetrievalWork): Promise<void> {
  const { packs } = await openRetrieval(context, work, context.clock.now() + dayMs);
  const { bytes, coldBytes, neededBytes, ...counts } = sizeOf(packs);
  await context.events.emit({
    $case: 'retrievalPlan',
    value: {
      ...counts,
      retrievalId: work.retrievalId,
      bytes: BigInt(bytes),
      coldBytes: BigInt(coldBytes),
      neededBytes: BigInt(neededBytes),
    },
  });
}

/**
 * Brings what is chosen out of the archive class: thaws exactly the packs that it needs, and waits
 * until all can be read. Killed and started again it asks the storage what was begun; until when
 * packs are to be readable was fixed by the first process.
 */
async function thaw(context: SessionContext, work: RetrievalWork): Promise<void> {
  const { clock, key, journal } = context;
  const speed = speedOf(work);
  const longestMs = longestThawMs[speed] + work.availabilitySeconds * 1000;
  const untilMs = await journalledTime(journal, key, {
    note: readableUntilNote,
    timeMs: clock.now() + longestMs,
  });
  const { packs, thawing } = await openRetrieval(context, work, untilMs);
  if (work.priceLimit !== undefined) assertPrice(sizeOf(packs), work.priceLimit);
  const thawed = new ThawPacks({ context, work, thawing, packs, speed, untilMs });
  await thawed.begin();
  await thawed.wait();
  await thawed.tellEnd();
}

function speedOf({ speed }: RetrievalWork): ThawSpeed {
  return thawSpeeds.find((known) => known === speed) ?? 'standard';
}
