import { AppError, isAppError } from '../errors/app-error.ts';
import { invariant } from '../errors/invariant.ts';
import { isDamage } from './damaged.ts';
import {
  type CollectedGarbage,
  type CollectOptions,
  collectGarbage,
} from './garbage/collect-garbage.ts';
import { type RepositoryHeader, verifyHeader } from './header/header-layout.ts';
import { readHeader } from './header/header-store.ts';
import { currentRootKey, keysChanged, rootKeysOf } from './header/root-keys.ts';
import type { RootKeys } from './keys/derived-keys.ts';
import { KeyEpochs } from './keys/key-epochs.ts';
import { KeyRing } from './keys/key-ring.ts';
import type { PointRef } from './log/entry.ts';
import { type IsNamed, takeOwnership } from './log/owner.ts';
import { pinPoints, unpinPoints } from './log/pins.ts';
import { RepositoryLog } from './log/repository-log.ts';
import { beginSession, closeOtherSession } from './log/sessions.ts';
import {
  contentOfRestorePoint,
  type LogAlarm,
  type ObjectPoint,
  type RestorePoint,
} from './log/state.ts';
import { StoredMeta } from './meta/meta-packs.ts';
import { decodeRoot } from './object/object-record.ts';
import type { OpenContext } from './open-context.ts';
import { StoredPointReader } from './point/stored-point-reader.ts';
import type { Compute, RepositoryPorts } from './ports.ts';
import { Relocations } from './relocation/relocations.ts';
import { StoredSession } from './session/stored-session.ts';
import { MemorySharedChunkIndex } from './shared-chunks/memory-shared-chunk-index.ts';
import type { SharedChunkIndex } from './shared-chunks/shared-chunk-index.ts';
import { Turns } from './turns.ts';

export interface OpenRepository {
  readonly ports: RepositoryPorts;
  readonly repositoryId: string;
  /** 32 bytes, of the current key epoch. */
  readonly rootKey: Uint8Array;
  /** Of an epoch that may have begun: the header says which one is current. */
  readonly nextRootKey?: Uint8Array | undefined;
  /** Called for each void entry of the log: none should ever be. */
  readonly onAlarm?: (alarm: LogAlarm) => void;
  /** For check, repair and rescue: opens past what is damaged of header and log. */
  readonly pastDamage?: boolean;
  /** Where contents lie that objects share. Default: what this process has stored, in memory. */
  readonly sharedChunks?: SharedChunkIndex;
}

export interface BeginSession {
  readonly jobId: string;
  /** Letters, digits, `.`, `_`, `-`. Also the id of the restore point that it makes. */
  readonly sessionId: string;
  /**
   * Of the assignment. The log counts attempts by itself, since one may have died
   * before it began; RepositorySession.attempt is the log's.
   */
  readonly attempt: number;
  /** Aborts when the session is no longer wanted: from then on it closes no other one. */
  readonly signal?: AbortSignal;
}

export interface PointName {
  readonly jobId: string;
  /** The session that made it. */
  readonly pointId: string;
}

export interface PinPoint extends PointName {
  /** Another pin of this point, which may be all that keeps it. */
  readonly through?: string | undefined;
}

export interface OpenPoint extends PointName {
  /** Retrieval id: packs are looked up below warm/<id>/ first. */
  readonly warm?: string | undefined;
  /** A pin of this point: what it keeps is shown, also after the point has expired. */
  readonly pinId?: string | undefined;
}

export interface RestorePointSummary extends PointName {
  readonly committedAtMs: number;
  /** The session said done. */
  readonly complete: boolean;
  /** Objects in it, also those inherited unchanged. */
  readonly objects: number;
  /** An object of it has items that are not stored at their newest state. */
  readonly partial: boolean;
}

/** A repository in an object storage. All reads see the log as of the last refresh or write. */
export class Repository {
  readonly repositoryId: string;
  /** For the format's own parts: copy, check, garbage. */
  readonly context: OpenContext;

  /** Use openRepository. */
  constructor(context: OpenContext) {
    this.context = context;
    this.repositoryId = context.repositoryId;
  }

  get log(): RepositoryLog {
    return this.context.log;
  }

  /** Reads the log on to its head. E_REPOSITORY_KEYS_CHANGED when a key epoch has begun elsewhere. */
  async refresh(): Promise<void> {
    try {
      await this.log.refresh();
    } catch (error) {
      if (isDamage(error)) await this.#assertSameEpoch();
      throw error;
    }
  }

  async #assertSameEpoch(): Promise<void> {
    const { ports, keys } = this.context;
    const { current } = await verifyHeader(await readHeader(ports.store), ports.compute);
    if (current.epoch > keys.derived.keys.newest) {
      throw keysChanged(this.repositoryId, current.epoch);
    }
  }

  /**
   * A key epoch has begun: what is written from here on is sealed under it, by
   * sessions that are open too. Fails as openRepository does.
   */
  async adoptRootKey(rootKey: Uint8Array): Promise<void> {
    const { ports, epochs } = this.context;
    const header = await verifyHeader(await readHeader(ports.store), ports.compute);
    await epochs.adopt(await rootKeysOf(ports.compute, header, rootKey));
  }

  /** Newest entry of the log that was read: -1 and '' of an empty log. */
  head(): { readonly n: number; readonly digest: string } {
    const { head, digest } = this.log.state;
    return { n: head, digest };
  }

  /**
   * Writes the owner entry; required before any other write. E_REPOSITORY_FENCED
   * when the controller names another incarnation, now or later.
   */
  async takeOwnership(
    incarnation: string,
    isNamed: IsNamed = async () => true,
  ): Promise<{ readonly epoch: number }> {
    return { epoch: await takeOwnership(this.log, incarnation, isNamed) };
  }

  /**
   * Begins the session, or takes it over when it is open. Another session of the
   * job that is open in the log is closed: MUST be called only for the session
   * that the controller has open. E_SESSION_SUPERSEDED when it ended.
   */
  async beginSession({ jobId, sessionId, signal }: BeginSession): Promise<StoredSession> {
    invariant(/^[A-Za-z0-9._-]+$/.test(sessionId), `session id ${sessionId} has other characters`);
    await closeOtherSession(this.log, { jobId, sessionId }, signal);
    const attempt = await beginSession(this.log, { jobId, sessionId });
    const epoch = this.log.epoch ?? 0;
    return new StoredSession({ context: this.context, jobId, sessionId, attempt, epoch });
  }

  /** Oldest first; of all jobs when jobId is undefined. */
  restorePoints(jobId?: string): readonly RestorePointSummary[] {
    const { restorePoints } = this.log.state;
    const points =
      jobId === undefined ? [...restorePoints.values()].flat() : restorePoints.get(jobId);
    return (points ?? []).map((point) => this.#summary(point));
  }

  /** E_POINT_NOT_FOUND */
  async openPoint({ jobId, pointId, warm, pinId }: OpenPoint): Promise<StoredPointReader> {
    const points = this.#pinned(pinId) ?? this.#contentOf({ jobId, pointId });
    return new StoredPointReader({ context: this.context, jobId, pointId, points, warm });
  }

  /**
   * Keeps a point readable until then (storage's clock). Pin before copying,
   * retrieving, restoring. The same id again prolongs the pin, also of a point
   * that has expired meanwhile. E_POINT_NOT_FOUND
   */
  async pin(pinId: string, point: PinPoint, untilMs: number): Promise<void> {
    const { pins } = this.log.state;
    const known = pins.get(pinId) ?? pins.get(point.through ?? '');
    const points = known?.points.map(({ root: _, ...ref }) => ref) ?? this.#pointsOf(point);
    await pinPoints(this.log, { pinId, points, untilMs });
  }

  async unpin(pinId: string): Promise<void> {
    await unpinPoints(this.log, pinId);
  }

  /** Needs ownership. Safe to repeat and to interrupt. */
  collectGarbage(options?: CollectOptions): Promise<CollectedGarbage> {
    return collectGarbage(this.context, options);
  }

  #pointsOf(point: PointName): PointRef[] {
    const { jobId } = point;
    return [...this.#contentOf(point)].map(([objectId, { sessionId }]) => ({
      jobId,
      objectId,
      sessionId,
    }));
  }

  #contentOf(point: PointName): ReadonlyMap<string, ObjectPoint> {
    return contentOfRestorePoint(this.log.state, this.#restorePoint(point));
  }

  /** Undefined: there is no such pin, or its time has come. */
  #pinned(pinId: string | undefined): ReadonlyMap<string, ObjectPoint> | undefined {
    const { pins, sessions, headAtMs } = this.log.state;
    const pin = pins.get(pinId ?? '');
    if (pin === undefined || pin.untilMs <= headAtMs) return undefined;
    return new Map(
      pin.points.map(({ objectId, sessionId, root }) => {
        const committedAtMs = sessions.get(sessionId)?.changedAtMs ?? 0;
        return [objectId, { sessionId, root, committedAtMs, n: pin.n, expired: false }];
      }),
    );
  }

  #restorePoint({ jobId, pointId }: PointName): RestorePoint {
    const points = this.log.state.restorePoints.get(jobId) ?? [];
    const point = points.find(({ sessionId }) => sessionId === pointId);
    if (point !== undefined) return point;
    throw new AppError('E_POINT_NOT_FOUND', `job ${jobId} has no restore point ${pointId}`, {
      context: { jobId, pointId },
    });
  }

  #summary(point: RestorePoint): RestorePointSummary {
    const { jobId, sessionId, committedAtMs, complete } = point;
    const roots = [...contentOfRestorePoint(this.log.state, point).values()];
    return {
      ...{ jobId, pointId: sessionId, committedAtMs, complete },
      objects: roots.length,
      partial: roots.some(({ root }) => decodeRoot(root).failedItems > 0),
    };
  }
}

/**
 * E_REPOSITORY_NOT_FOUND, E_REPOSITORY_DAMAGED; E_REPOSITORY_KEYS_CHANGED when the root key
 * is not that of the current key epoch.
 */
export async function openRepository(options: OpenRepository): Promise<Repository> {
  const { ports, repositoryId, rootKey, onAlarm, pastDamage = false } = options;
  const { sharedChunks = new MemorySharedChunkIndex() } = options;
  invariant(rootKey.length === 32, 'a root key has 32 bytes');
  const header = await headerOf(ports, pastDamage);
  const found = header?.repositoryId ?? repositoryId;
  if (found !== repositoryId) throw notThisOne(repositoryId, found);
  // Without a header nothing tells of other epochs than the first.
  const rootKeys = header
    ? await rootKeysAmong(ports.compute, header, options)
    : new Map([[1, rootKey]]);
  const epochs = await KeyEpochs.open(ports, repositoryId, rootKeys);
  const { codec, derived } = epochs;
  const logOptions = { ports, codec, ...(onAlarm && { onAlarm }) };
  const log = await (pastDamage
    ? RepositoryLog.openDamaged(logOptions)
    : RepositoryLog.open(logOptions));
  const keys = new KeyRing(ports, repositoryId, derived);
  const meta = new StoredMeta(ports);
  const relocations = new Relocations({ compute: ports.compute, keys, log, meta });
  const context = {
    ports,
    repositoryId,
    keys,
    epochs,
    log,
    codec,
    meta,
    relocations,
    moving: new Turns(),
  };
  return new Repository({ ...context, sharedChunks });
}

async function rootKeysAmong(
  compute: Compute,
  header: RepositoryHeader,
  { rootKey, nextRootKey }: Pick<OpenRepository, 'rootKey' | 'nextRootKey'>,
): Promise<RootKeys> {
  const candidates = nextRootKey === undefined ? [rootKey] : [rootKey, nextRootKey];
  return rootKeysOf(compute, header, await currentRootKey(compute, header, candidates));
}

/** Undefined: it is damaged, and need not be read. */
async function headerOf(
  { store, compute }: RepositoryPorts,
  pastDamage: boolean,
): Promise<RepositoryHeader | undefined> {
  try {
    return await verifyHeader(await readHeader(store), compute);
  } catch (error) {
    const isGone = isDamage(error) || isAppError(error, 'E_REPOSITORY_NOT_FOUND');
    if (pastDamage && isGone) return undefined;
    throw error;
  }
}

function notThisOne(wanted: string, found: string): AppError {
  return new AppError(
    'E_REPOSITORY_NOT_FOUND',
    `repository ${found} lies at this place, not ${wanted}`,
    { context: { repositoryId: wanted, found } },
  );
}
