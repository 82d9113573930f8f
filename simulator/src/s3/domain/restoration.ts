import { invalidArgument, S3Error } from './s3-error.ts';
import { type ArchiveClass, isArchive, type StorageClass } from './storage-class.ts';

export const RESTORE_TIERS = ['Expedited', 'Standard', 'Bulk'] as const;

export type RestoreTier = (typeof RESTORE_TIERS)[number];

/** A temporary copy of an archived object. */
export interface Restoration {
  readonly tier: RestoreTier;
  readonly days: number;
  /** From when it can be read. */
  readonly readyMs: number;
  /** When it is deleted: a midnight, UTC. */
  readonly expiresMs: number;
}

/** A version, as far as its restoration goes. */
export interface Archivable {
  readonly properties: { readonly storageClass: StorageClass };
  readonly body: { readonly sizeBytes: number };
  /** Oldest first; only the last one may be under way or there. */
  readonly restorations: readonly Restoration[];
}

export type RestoreState =
  | { readonly kind: 'cold' }
  | { readonly kind: 'ongoing'; readonly restoration: Restoration }
  | { readonly kind: 'restored'; readonly restoration: Restoration };

export interface RestoreRequest {
  readonly tier: RestoreTier;
  readonly days: number;
}

/** What a request for a restoration comes to. */
export interface RestoreOutcome {
  /** 202: begun or hastened, and billed by what is retrieved; 200: prolonged. */
  readonly status: 200 | 202;
  readonly restorations: readonly Restoration[];
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/**
 * From the shortest to the longest that a retrieval takes. Where only the longest is documented,
 * it takes at least half of it [Amazon S3: Archive retrieval options].
 */
const DURATIONS: Readonly<
  Record<ArchiveClass, Readonly<Partial<Record<RestoreTier, readonly [number, number]>>>>
> = {
  GLACIER: {
    Expedited: [minuteMs, 5 * minuteMs],
    Standard: [3 * hourMs, 5 * hourMs],
    Bulk: [5 * hourMs, 12 * hourMs],
  },
  DEEP_ARCHIVE: { Standard: [6 * hourMs, 12 * hourMs], Bulk: [24 * hourMs, 48 * hourMs] },
};
/** Larger objects take longer than 5 minutes also when they are expedited. */
const EXPEDITED_BYTES = 250_000_000;
const EXPEDITED_BYTES_PER_MS = 300_000;

export function restoreState({ restorations }: Archivable, nowMs: number): RestoreState {
  const restoration = restorations.at(-1);
  if (!restoration || nowMs >= restoration.expiresMs) return { kind: 'cold' };
  return { kind: nowMs < restoration.readyMs ? 'ongoing' : 'restored', restoration };
}

/** Refuses to read what lies in an archive and is not restored. */
export function checkReadable(version: Archivable, nowMs: number): void {
  const { storageClass } = version.properties;
  if (!isArchive(storageClass) || restoreState(version, nowMs).kind === 'restored') return;
  throw new S3Error('InvalidObjectState', {
    message: "The operation is not valid for the object's storage class",
    elements: { StorageClass: storageClass },
  });
}

/** The value of `x-amz-restore`; undefined for what is cold or in no archive. */
export function restoreHeader(version: Archivable, nowMs: number): string | undefined {
  const state = restoreState(version, nowMs);
  if (state.kind === 'cold') return undefined;
  if (state.kind === 'ongoing') return 'ongoing-request="true"';
  return `ongoing-request="false", expiry-date="${new Date(state.restoration.expiresMs).toUTCString()}"`;
}

/** How long a retrieval takes. */
export interface RestorePace {
  /** Uniform in [0, 1): where between the shortest and the longest. */
  readonly draw: number;
  /** 2: in half of the time. */
  readonly speed: number;
}

/**
 * Begins a restoration; hastens one that is under way, for as many days; prolongs one that is
 * there, from now on [Amazon S3 API: RestoreObject].
 */
export function requestRestore(
  version: Archivable,
  request: RestoreRequest,
  { nowMs, pace }: { nowMs: number; pace: RestorePace },
): RestoreOutcome {
  const { storageClass } = version.properties;
  if (!isArchive(storageClass)) {
    throw new S3Error(
      'InvalidObjectState',
      "Restore is not allowed for the object's current storage class",
    );
  }
  const readyMs = nowMs + durationMs(version, { ...request, storageClass }, pace);
  const begun = { ...request, readyMs, expiresMs: midnightAfter(readyMs + request.days * dayMs) };
  const state = restoreState(version, nowMs);
  if (state.kind === 'cold') {
    return { status: 202, restorations: [...version.restorations, begun] };
  }
  const earlier = version.restorations.slice(0, -1);
  const { restoration } = state;
  if (state.kind === 'restored') {
    const expiresMs = midnightAfter(nowMs + request.days * dayMs);
    const prolonged = { ...restoration, days: request.days, expiresMs };
    return { status: 200, restorations: [...earlier, prolonged] };
  }
  if (!isFaster(request.tier, restoration.tier) || request.days !== restoration.days) {
    throw new S3Error('RestoreAlreadyInProgress', 'Object restore is already in progress');
  }
  return { status: 202, restorations: [...earlier, begun] };
}

function durationMs(
  { body }: Archivable,
  { storageClass, tier }: { storageClass: ArchiveClass; tier: RestoreTier },
  { draw, speed }: RestorePace,
): number {
  const range = DURATIONS[storageClass][tier];
  if (!range) {
    throw invalidArgument('Retrieval option is not supported by this storage class', 'Tier', tier);
  }
  const [least, most] = range;
  const larger = tier === 'Expedited' ? Math.max(0, body.sizeBytes - EXPEDITED_BYTES) : 0;
  return Math.ceil((least + draw * (most - least) + larger / EXPEDITED_BYTES_PER_MS) / speed);
}

function isFaster(tier: RestoreTier, than: RestoreTier): boolean {
  return RESTORE_TIERS.indexOf(tier) < RESTORE_TIERS.indexOf(than);
}

function midnightAfter(ms: number): number {
  return Math.floor(ms / dayMs + 1) * dayMs;
}
