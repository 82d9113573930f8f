import type { StorageClass } from '../../storage-class/storage-class.ts';
import { sum } from '../bytes.ts';
import {
  type ConsolidationLimits,
  type ListedPack,
  standardLimits,
} from '../consolidation/choose-packs.ts';
import {
  type Consolidated,
  consolidate,
  foreseeConsolidation,
} from '../consolidation/consolidate.ts';
import { destroyUnneededKeys } from '../garbage/collect-garbage.ts';
import { PackMarker } from '../garbage/pack-marker.ts';
import { abortStrayUploads, type UploadsAborted } from '../garbage/stray-uploads.ts';
import {
  condemnUnreferenced,
  dropExpiredPins,
  isAbandoned,
  storageNowMs,
  sweepCondemned,
  sweepGraceMs,
} from '../log/garbage.ts';
import { keptBy, packPrefixes } from '../log/names.ts';
import { rootsOf } from '../log/state/roots.ts';
import type { OpenContext } from '../open-context.ts';
import { applyRetention, foreseeRetention } from '../retention/apply-retention.ts';
import { type JobPlan, type PolicyOf, planJobs } from '../retention/plan-jobs.ts';
import { type Sealed, type Sealing, sealTails } from '../sealing/seal-tails.ts';
import { MaintenanceSession } from './maintenance-session.ts';
import { type NewestContent, newestContents } from './newest-content.ts';
import { type StoredBlobs, storedBlobs } from './stored-blobs.ts';

export interface MaintainRepository {
  /** Names the packs that consolidation writes. */
  readonly sessionId: string;
  readonly policyOf: PolicyOf;
  /** Default sweepGraceMs. */
  readonly graceMs?: number;
  /** Default standardLimits. */
  readonly limits?: ConsolidationLimits;
  /**
   * What is deleted sooner is billed for as many days since it was written: so it stays. By
   * class; default: none.
   */
  readonly minimumDays?: MinimumDays | undefined;
  /** Of a copy: where its tails go. Default: it has none. */
  readonly sealing?: Sealing | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onPhase?: (phase: MaintenancePhase) => void;
}

export type MinimumDays = Readonly<Partial<Record<StorageClass, number>>>;

export type MaintenancePhase = 'expiring' | 'marking' | 'sweeping' | 'consolidating' | 'sealing';

export interface ExpiringPoint {
  readonly jobId: string;
  readonly pointId: string;
  readonly committedAtMs: number;
  readonly reason: string;
}

/** Packs of one class. */
export interface PackBytes {
  readonly storageClass: StorageClass;
  readonly packs: number;
  readonly bytes: number;
}

export interface Foreseen {
  readonly points: readonly ExpiringPoint[];
  /** What no point would need then, garbage of before included. */
  readonly frees: readonly (PackBytes & {
    /** When the last of it is deleted: after the grace, when no lock is left, and what was to be paid is. */
    readonly atMs: number;
  })[];
  /** What is put together, of which the rest is freed by the runs after that. */
  readonly consolidates: ReturnType<typeof foreseeConsolidation>;
  /** What there is now: what costs are computed from. */
  readonly stored: readonly StoredBlobs[];
  readonly newest: readonly NewestContent[];
}

export interface Maintained {
  readonly points: readonly ExpiringPoint[];
  readonly condemned: readonly PackBytes[];
  readonly swept: readonly PackBytes[];
  /** Due, but locked by the storage, or paid for until later. */
  readonly kept: readonly PackBytes[];
  readonly consolidated: Consolidated;
  readonly sealed: Sealed | undefined;
  readonly uploadsAborted: UploadsAborted;
}

type Listed = ReadonlyMap<string, ListedPack & { readonly paidUntilMs: number }>;

/**
 * Retention, garbage, consolidation and the sealing of tails, in this order. Whatever happens between
 * two steps, the next run goes on. Needs ownership.
 */
export async function maintainRepository(
  context: OpenContext,
  options: MaintainRepository,
): Promise<Maintained> {
  const { log, ports } = context;
  const { store } = ports;
  const { graceMs = sweepGraceMs, onPhase, signal } = options;
  onPhase?.('expiring');
  const nowMs = await storageNowMs(store);
  const plans = planJobs(await log.refresh(), options.policyOf, nowMs);
  await applyRetention(log, plans);
  await dropExpiredPins(log, store);
  signal?.throwIfAborted();
  onPhase?.('marking');
  const listed = await listPacks(context, options.minimumDays);
  const marker = new PackMarker(context);
  const names = async () => [...listed.keys()];
  const condemned = await condemnUnreferenced(log, { marker, listPacks: names });
  signal?.throwIfAborted();
  onPhase?.('sweeping');
  const listAgain = async () => [...(await listPacks(context)).keys()];
  const { deleted, kept } = await sweepCondemned(log, {
    ...{ store, listPacks: listAgain, graceMs },
    stays: (name) => (listed.get(name)?.paidUntilMs ?? 0) > nowMs,
  });
  await destroyUnneededKeys(context, marker);
  const uploadsAborted = await abortStrayUploads(store, nowMs, signal);
  signal?.throwIfAborted();
  const moved = await moveSegments(context, { ...options, marker, listed, nowMs });
  return {
    points: pointsOf(plans),
    condemned: byClass(listed, condemned),
    swept: byClass(listed, deleted),
    kept: byClass(listed, kept),
    ...moved,
    uploadsAborted,
  };
}

type Moving = MaintainRepository & {
  readonly marker: PackMarker;
  readonly listed: Listed;
  readonly nowMs: number;
};

/** By what was marked: under one session of the log. */
function moveSegments(
  context: OpenContext,
  options: Moving,
): Promise<Pick<Maintained, 'consolidated' | 'sealed'>> {
  const { listed, nowMs, signal, onPhase, sealing, limits = standardLimits } = options;
  const { uses } = options.marker;
  return MaintenanceSession.run(context, options, async (session) => {
    onPhase?.('consolidating');
    const consolidating = { session, listed, uses, limits, nowMs, signal };
    const consolidated = await consolidate(context, consolidating);
    if (sealing === undefined) return { consolidated, sealed: undefined };
    onPhase?.('sealing');
    const liveBytes = sum([...uses.values()].map((use) => use.liveBytes));
    const sealed = await sealTails(context, { ...sealing, session, liveBytes, nowMs, signal });
    return { consolidated, sealed };
  });
}

/** What maintainRepository would expire, and what that would free. Writes nothing but the clock hint. */
export async function foreseeMaintenance(
  context: OpenContext,
  options: Pick<MaintainRepository, 'policyOf' | 'graceMs' | 'limits' | 'minimumDays' | 'signal'>,
): Promise<Foreseen> {
  const { policyOf, graceMs = sweepGraceMs, limits = standardLimits, signal } = options;
  const { log, ports } = context;
  const nowMs = await storageNowMs(ports.store);
  const state = await log.refresh();
  const plans = planJobs(state, policyOf, nowMs);
  const then = foreseeRetention(state, plans);
  const listed = await listPacks(context, options.minimumDays);
  const marker = new PackMarker(context);
  const needed = await marker.referencedPacks(rootsOf(then), then);
  const free = [...listed.keys()].filter((name) => {
    const isGoing = isAbandoned(then, name) && !needed.has(keptBy(name));
    return isGoing || then.condemned.has(name);
  });
  const frees = byClass(listed, free).map((each) => {
    const ofClass = free.flatMap((name) => listed.get(name) ?? []);
    const locks = ofClass
      .filter(({ storageClass }) => storageClass === each.storageClass)
      .map(({ lockedUntilMs = 0, paidUntilMs }) => Math.max(lockedUntilMs, paidUntilMs));
    return { ...each, atMs: locks.reduce((a, b) => Math.max(a, b), nowMs + graceMs) };
  });
  const { uses } = marker;
  const consolidates = foreseeConsolidation(then, { listed, uses, limits, nowMs });
  const stored = await storedBlobs(ports.store, nowMs, signal);
  const newest = await newestContents(context, state, signal);
  return { points: pointsOf(plans), frees, consolidates, stored, newest };
}

function pointsOf(plans: readonly JobPlan[]): ExpiringPoint[] {
  return plans.flatMap(({ jobId, goes }) => goes.map((point) => ({ jobId, ...point })));
}

const dayMs = 86_400_000;

/** All kinds of packs; one entry a pack is held. */
async function listPacks({ ports }: OpenContext, minimumDays: MinimumDays = {}): Promise<Listed> {
  const listed = new Map<string, ListedPack & { readonly paidUntilMs: number }>();
  for (const prefix of packPrefixes) {
    for await (const { name, size, storageClass, lockedUntilMs, modifiedAtMs } of ports.store.list(
      prefix,
    )) {
      const paidUntilMs = modifiedAtMs + (minimumDays[storageClass] ?? 0) * dayMs;
      listed.set(name, { name, size, storageClass, lockedUntilMs, paidUntilMs });
    }
  }
  return listed;
}

function byClass(listed: Listed, names: readonly string[]): PackBytes[] {
  const totals = new Map<StorageClass, { packs: number; bytes: number }>();
  for (const name of names) {
    const pack = listed.get(name);
    if (pack === undefined) continue;
    const total = totals.get(pack.storageClass) ?? { packs: 0, bytes: 0 };
    totals.set(pack.storageClass, total);
    total.packs += 1;
    total.bytes += pack.size;
  }
  return [...totals].map(([storageClass, total]) => ({ storageClass, ...total }));
}
