import type { PackTotals, RetentionDone, RetentionWork } from '@firn/shared/gen/firn/link/v1/work';
import {
  type ExpiringPoint,
  foreseeMaintenance,
  type MaintenancePhase,
  maintainRepository,
  type PackBytes,
} from '@firn/shared/repository/retention/maintain-repository';
import type { PolicyOf } from '@firn/shared/repository/retention/plan-jobs';
import { decodePolicy } from '../domain/retention-policy.ts';
import type { SessionContext } from './session-context.ts';

/** As many expired points are named; all are counted. */
const pointsMax = 1_000;

/** Expires, collects, consolidates; or says what would go. */
export async function runRetention(context: SessionContext, work: RetentionWork): Promise<void> {
  const policyOf = policiesOf(work);
  const done = work.dryRun
    ? await foresee(context, work, policyOf)
    : await maintain(context, work, policyOf);
  await context.events.emit({ $case: 'retention', value: done });
}

function policiesOf({ jobs, defaultPolicy }: RetentionWork): PolicyOf {
  const known = new Map(jobs.map(({ jobId, policy }) => [jobId, decodePolicy(policy)]));
  const otherwise = decodePolicy(defaultPolicy);
  return (jobId) => ({
    policy: known.get(jobId) ?? otherwise,
    isAbandoned: !known.has(jobId),
  });
}

async function foresee(
  { repositories, secrets, signal, progress, events }: SessionContext,
  work: RetentionWork,
  policyOf: PolicyOf,
): Promise<RetentionDone> {
  const repository = await repositories.owned(work.repository, secrets, signal);
  progress.set({ phase: 'marking' });
  const { points, frees } = await foreseeMaintenance(repository.context, { policyOf });
  await events.log('info', `${points.length} restore points would expire`);
  return {
    ...nothingDone(points),
    dryRun: true,
    condemned: frees.map((each) => ({ ...encodeTotals(each), deletableAt: new Date(each.atMs) })),
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
  const options = { sessionId, policyOf, signal, onPhase };
  const done = await maintainRepository(repository.context, options);
  const { points, condemned, swept, kept, consolidated } = done;
  await events.log(
    'info',
    `${points.length} restore points expired, ${count(condemned)} packs condemned, ` +
      `${count(swept)} deleted, ${count(kept)} kept by the storage, ` +
      `${consolidated.packs} consolidated`,
  );
  return {
    ...nothingDone(points),
    condemned: condemned.map(encodeTotals),
    deleted: swept.map(encodeTotals),
    kept: kept.map(encodeTotals),
    consolidatedPacks: BigInt(consolidated.packs),
    consolidatedSegments: BigInt(consolidated.segments),
    writtenPacks: BigInt(consolidated.writtenPacks),
    writtenBytes: BigInt(consolidated.writtenBytes),
  };
}

function nothingDone(points: readonly ExpiringPoint[]): RetentionDone {
  return {
    dryRun: false,
    pointsExpired: points.length,
    points: points.slice(0, pointsMax).map(({ jobId, pointId, committedAtMs, reason }) => ({
      ...{ jobId, restorePointId: pointId, at: new Date(committedAtMs), reason },
    })),
    ...{ condemned: [], deleted: [], kept: [] },
    ...{ consolidatedPacks: 0n, consolidatedSegments: 0n, writtenPacks: 0n, writtenBytes: 0n },
  };
}

function encodeTotals({ storageClass, packs, bytes }: PackBytes): PackTotals {
  return { storageClass, packs: BigInt(packs), bytes: BigInt(bytes), deletableAt: undefined };
}

function count(totals: readonly PackBytes[]): number {
  return totals.reduce((sum, { packs }) => sum + packs, 0);
}
