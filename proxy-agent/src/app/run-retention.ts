import type {
  PackTotals,
  RetentionDone,
  RetentionWork,
  Immutability as WireImmutability,
  StoredBlobs as WireStoredBlobs,
} from '@firn/shared/gen/firn/link/v1/work';
import { minimumDaysOf } from '@firn/shared/prices/minimum-days';
import type { Consolidated } from '@firn/shared/repository/consolidation/consolidate';
import { extendRetention } from '@firn/shared/repository/immutability/extend-retention';
import type { Immutability } from '@firn/shared/repository/immutability/generation';
import {
  type ExpiringPoint,
  foreseeMaintenance,
  type MaintenancePhase,
  type MinimumDays,
  maintainRepository,
  type PackBytes,
} from '@firn/shared/repository/maintenance/maintain-repository';
import type { StoredBlobs } from '@firn/shared/repository/maintenance/stored-blobs';
import type { Repository } from '@firn/shared/repository/repository';
import type { PolicyOf } from '@firn/shared/repository/retention/plan-jobs';
import type { Sealed, Sealing } from '@firn/shared/repository/sealing/seal-tails';
import { storageClassOf } from '@firn/shared/rpc/storage-class';
import { keptPoints } from './kept-points.ts';
import { required } from './repositories.ts';
import { decodePolicy } from './retention-policy.ts';
import type { SessionContext } from './session-context.ts';

/** As many expired points are named; all are counted. */
const pointsMax = 1_000;
/** As many missing packs are named. */
const missingMax = 100;

/** Expires, collects, consolidates; or says what would go. */
export async function runRetention(context: SessionContext, work: RetentionWork): Promise<void> {
  const policyOf = policiesOf(work);
  const done = work.dryRun
    ? await foresee(context, work, policyOf)
    : await maintain(context, work, policyOf);
  await context.events.emit({ $case: 'retention', value: done });
}

function policiesOf({ jobs, defaultPolicy }: RetentionWork): PolicyOf {
  const known = new Map(jobs.map((job) => [job.jobId, job]));
  const otherwise = decodePolicy(defaultPolicy);
  return (jobId) => {
    const job = known.get(jobId);
    if (job === undefined) return { policy: otherwise, isAbandoned: true };
    const neededFrom = job.neededFrom === '' ? undefined : job.neededFrom;
    return { policy: decodePolicy(job.policy), isAbandoned: false, neededFrom };
  };
}

async function foresee(
  { repositories, secrets, signal, progress, events }: SessionContext,
  work: RetentionWork,
  policyOf: PolicyOf,
): Promise<RetentionDone> {
  const repository = await repositories.owned(work.repository, secrets, signal);
  progress.set({ phase: 'marking' });
  const foreseen = await foreseeMaintenance(repository.context, {
    policyOf,
    minimumDays: minimumDaysIn(work),
    signal,
  });
  const { points, frees, consolidates, stored, newest } = foreseen;
  await events.log('info', `${points.length} restore points would expire`);
  return {
    ...nothingDone(points),
    dryRun: true,
    condemned: frees.map((each) => ({ ...encodeTotals(each), deletableAt: new Date(each.atMs) })),
    ...encodeConsolidated({ ...consolidates, writtenPacks: 0 }),
    stored: stored.map(encodeStored),
    newest: newest.map(({ jobId, bytes }) => ({ jobId, bytes: BigInt(bytes) })),
  };
}

async function maintain(
  { repositories, secrets, signal, progress, events, key }: SessionContext,
  work: RetentionWork,
  policyOf: PolicyOf,
): Promise<RetentionDone> {
  const repository = await repositories.owned(work.repository, secrets, signal);
  const { sessionId } = key;
  const onPhase = (phase: MaintenancePhase) => progress.set({ phase });
  const sealing = sealingOf(work);
  const minimumDays = minimumDaysIn(work);
  const options = { sessionId, policyOf, signal, onPhase, sealing, minimumDays };
  const done = await maintainRepository(repository.context, options);
  const { points, condemned, swept, kept, consolidated, sealed, uploadsAborted } = done;
  await tellKept(repository, events);
  await prolong(repository, work, { signal, events });
  await events.log(
    'info',
    `${points.length} restore points expired, ${count(condemned)} packs condemned, ` +
      `${count(swept)} deleted, ${count(kept)} kept (locked, or paid for), ` +
      `${consolidated.packs} consolidated` +
      (sealed === undefined ? '' : `, ${sealed.packs} packs of tails sealed`),
  );
  if (uploadsAborted === undefined) {
    await events.log('warning', 'the storage does not let uploads be listed: strays stay billed');
  }
  return {
    ...nothingDone(points),
    condemned: condemned.map(encodeTotals),
    deleted: swept.map(encodeTotals),
    kept: kept.map(encodeTotals),
    uploadsAborted: BigInt(uploadsAborted ?? 0),
    ...encodeConsolidated(consolidated),
    ...encodeSealed(sealed),
  };
}

function minimumDaysIn({ repository }: RetentionWork): MinimumDays {
  return minimumDaysOf(required(repository?.storage, 'storage'));
}

function sealingOf({ repository, sealing }: RetentionWork): Sealing | undefined {
  if (sealing === undefined) return undefined;
  const storageClass = storageClassOf(required(repository?.storage, 'storage'));
  return { storageClass, packBytes: Number(sealing.packBytes), all: false };
}

function encodeSealed(sealed: Sealed | undefined) {
  return {
    sealedPacks: BigInt(sealed?.packs ?? 0),
    sealedBytes: BigInt(sealed?.bytes ?? 0),
    tailBytes: BigInt(sealed?.tailBytes ?? 0),
  };
}

/** All that there are: also points that an earlier run expired, and never came to tell of. */
async function tellKept({ log }: Repository, events: SessionContext['events']): Promise<void> {
  const points = [...log.state.restorePoints.values()].flat();
  for (const value of keptPoints(points.map(({ sessionId }) => sessionId))) {
    await events.emit({ $case: 'keptPoints', value });
  }
}

function encodeConsolidated({ packs, bytes, segments, writtenPacks, writtenBytes }: Consolidated) {
  return {
    consolidatedPacks: BigInt(packs),
    consolidatedBytes: BigInt(bytes),
    consolidatedSegments: BigInt(segments),
    writtenPacks: BigInt(writtenPacks),
    writtenBytes: BigInt(writtenBytes),
  };
}

/** What is needed must not run out of its lock. */
async function prolong(
  { context }: Repository,
  { repository }: RetentionWork,
  { signal, events }: Pick<SessionContext, 'signal' | 'events'>,
): Promise<void> {
  const immutability = decodeImmutability(repository?.storage?.immutability);
  if (immutability === undefined) return;
  const { prolonged, lockedUntilMs, missing } = await extendRetention(context, {
    immutability,
    signal,
  });
  const until = new Date(lockedUntilMs).toISOString();
  if (prolonged > 0) await events.log('info', `${prolonged} objects locked until ${until}`);
  for (const name of missing.slice(0, missingMax)) {
    await events.log('error', `${name} is needed and not there: firn rescue undelete may help`);
  }
}

function decodeImmutability(told: WireImmutability | undefined): Immutability | undefined {
  if (told === undefined) return undefined;
  const mode = told.mode === 'compliance' ? 'compliance' : 'governance';
  return { mode, days: told.days };
}

function nothingDone(points: readonly ExpiringPoint[]): RetentionDone {
  return {
    dryRun: false,
    pointsExpired: points.length,
    points: points.slice(0, pointsMax).map(({ jobId, pointId, committedAtMs, reason }) => ({
      ...{ jobId, restorePointId: pointId, at: new Date(committedAtMs), reason },
    })),
    ...{ condemned: [], deleted: [], kept: [] },
    ...{ consolidatedPacks: 0n, consolidatedBytes: 0n, consolidatedSegments: 0n },
    ...{ writtenPacks: 0n, writtenBytes: 0n, uploadsAborted: 0n },
    ...encodeSealed(undefined),
    ...{ stored: [], newest: [] },
  };
}

function encodeTotals({ storageClass, packs, bytes }: PackBytes): PackTotals {
  return { storageClass, packs: BigInt(packs), bytes: BigInt(bytes), deletableAt: undefined };
}

function encodeStored({ blobs, bytes, ...of }: StoredBlobs): WireStoredBlobs {
  return { ...of, blobs: BigInt(blobs), bytes: BigInt(bytes) };
}

function count(totals: readonly PackBytes[]): number {
  return totals.reduce((sum, { packs }) => sum + packs, 0);
}
