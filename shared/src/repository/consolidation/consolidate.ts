import type { StorageClass } from '../../storage-class/storage-class.ts';
import { livePlaces } from '../garbage/live-places.ts';
import type { PackUse } from '../garbage/pack-marker.ts';
import { isWriterGone } from '../log/garbage.ts';
import { parsePackOrigin } from '../log/names.ts';
import { keepsRelocation } from '../log/relocation.ts';
import {
  beginSession,
  closeOtherSession,
  closeSession,
  relocateSegments,
} from '../log/sessions.ts';
import { rootsOf } from '../log/state/roots.ts';
import type { LogState } from '../log/state.ts';
import type { SegmentPlace } from '../object/segment-place.ts';
import type { OpenContext } from '../open-context.ts';
import { writeRelocations } from '../relocation/write-relocations.ts';
import { SessionPacks } from '../session/session-packs.ts';
import { type ConsolidationLimits, choosePacks, type ListedPack } from './choose-packs.ts';
import { type LiveSegment, SegmentMover } from './segment-mover.ts';

export interface Consolidate {
  /** As begun at the controller; its packs bear this id. */
  readonly sessionId: string;
  /** Data packs as the storage lists them. */
  readonly listed: ReadonlyMap<string, ListedPack>;
  /** By a marking just now. */
  readonly uses: ReadonlyMap<string, PackUse>;
  readonly limits: ConsolidationLimits;
  /** By the storage's clock. */
  readonly nowMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface Consolidated {
  /** Written again; condemned by the next marking. */
  readonly packs: number;
  /** Of these packs. */
  readonly bytes: number;
  readonly segments: number;
  readonly writtenPacks: number;
  readonly writtenBytes: number;
}

/** Sessions of consolidation are this job's, one at a time. */
export const maintenanceJobId = 'maintenance';

const nothing: Consolidated = {
  ...{ packs: 0, bytes: 0, segments: 0 },
  ...{ writtenPacks: 0, writtenBytes: 0 },
};

/**
 * Regroups live segments of wasteful or small packs into full ones, and says so
 * in the log. Interrupted before the log's entry, what it wrote is garbage and
 * nothing else has changed. Needs ownership.
 */
export async function consolidate(
  context: OpenContext,
  options: Consolidate,
): Promise<Consolidated> {
  const { state } = context.log;
  const chosen = choosePacks({ ...options, packs: settled(state, options.listed) });
  if (chosen.size === 0) return nothing;
  const live = await liveIn(context, state, chosen);
  const written = await new Consolidation(context, options).run(live);
  return { packs: chosen.size, bytes: sizeOf(chosen, options.listed), ...written };
}

/**
 * What consolidate would put together in that state. How many packs it would
 * write is not known; their bytes are at least what is needed of the chosen ones.
 */
export function foreseeConsolidation(
  state: LogState,
  options: Omit<Consolidate, 'sessionId' | 'signal'>,
): Omit<Consolidated, 'writtenPacks'> {
  const { listed, uses } = options;
  const chosen = choosePacks({ ...options, packs: settled(state, listed) });
  const needed = [...chosen].flatMap((name) => uses.get(name) ?? []);
  return {
    packs: chosen.size,
    bytes: sizeOf(chosen, listed),
    segments: needed.reduce((sum, { segments }) => sum + segments, 0),
    writtenBytes: needed.reduce((sum, { liveBytes }) => sum + liveBytes, 0),
  };
}

function sizeOf(packs: ReadonlySet<string>, listed: Consolidate['listed']): number {
  return [...packs].reduce((sum, name) => sum + (listed.get(name)?.size ?? 0), 0);
}

/** Of sessions that can no longer commit, and not condemned. */
function* settled(state: LogState, listed: ReadonlyMap<string, ListedPack>): Generator<ListedPack> {
  for (const pack of listed.values()) {
    const origin = parsePackOrigin(pack.name);
    const isSettled = origin !== undefined && isWriterGone(state, origin);
    if (isSettled && pack.name.startsWith('packs/') && !state.condemned.has(pack.name)) yield pack;
  }
}

/** Live segments of the packs, object by object and in the order in which they lie. */
async function liveIn(
  context: OpenContext,
  state: LogState,
  packs: ReadonlySet<string>,
): Promise<readonly LiveSegment[]> {
  const live = new Map<string, LiveSegment>();
  for await (const reached of livePlaces(context, rootsOf(state), state)) {
    if (reached.type === 'segment' && packs.has(reached.place.pack)) {
      live.set(reached.segment, reached);
    }
  }
  return [...live.values()].sort(
    (a, b) =>
      compareText(a.objectId, b.objectId) ||
      compareText(a.place.pack, b.place.pack) ||
      a.place.offset - b.place.offset,
  );
}

class Consolidation {
  readonly #context: OpenContext;
  readonly #options: Consolidate;

  constructor(context: OpenContext, options: Consolidate) {
    this.#context = context;
    this.#options = options;
  }

  async run(live: readonly LiveSegment[]): Promise<Omit<Consolidated, 'packs' | 'bytes'>> {
    const { log, ports, keys } = this.#context;
    const { sessionId } = this.#options;
    const session = { jobId: maintenanceJobId, sessionId };
    await closeOtherSession(log, session, this.#options.signal);
    const attempt = await beginSession(log, session);
    const sessionPacks = new SessionPacks({
      ...{ ports, keys, sessionId, attempt },
      epoch: log.epoch ?? 0,
    });
    const moved = await this.#moveAll(live, sessionPacks);
    if (moved.size > 0) await this.#relocate(moved, sessionPacks, attempt);
    await closeSession(log, session);
    const { packs: writtenPacks, storedBytes: writtenBytes } = sessionPacks.totals();
    return { segments: moved.size, writtenPacks, writtenBytes };
  }

  /** Each class for itself. */
  async #moveAll(live: readonly LiveSegment[], packs: SessionPacks) {
    const moved = new Map<string, SegmentPlace>();
    const classes = new Set(live.map(({ place }) => this.#listed(place.pack).storageClass));
    for (const storageClass of classes) {
      for (const entry of await this.#moveClass(live, packs, storageClass)) moved.set(...entry);
    }
    return moved;
  }

  async #moveClass(
    live: readonly LiveSegment[],
    packs: SessionPacks,
    storageClass: StorageClass,
  ): Promise<ReadonlyMap<string, SegmentPlace>> {
    const mover = new SegmentMover(this.#context, packs, storageClass);
    try {
      for (const segment of live) {
        this.#options.signal?.throwIfAborted();
        const pack = this.#listed(segment.place.pack);
        if (pack.storageClass === storageClass) await mover.move(segment, pack.size);
      }
      return await mover.finish();
    } catch (error) {
      await mover.abort(error);
      throw error;
    }
  }

  async #relocate(
    moved: ReadonlyMap<string, SegmentPlace>,
    packs: SessionPacks,
    attempt: number,
  ): Promise<void> {
    const { log, ports, keys, relocations } = this.#context;
    const { state } = log;
    const before = await relocations.tableOf(state);
    const { meta } = packs;
    const keeps = this.#keeps();
    const written = await writeRelocations({ ports, keys, meta, before, moved, keeps });
    await meta.flush();
    const data = new Set([...moved.values()].map(({ pack }) => pack));
    await relocateSegments(log, {
      ...{
        jobId: maintenanceJobId,
        sessionId: this.#options.sessionId,
        attempt,
        root: written.root,
      },
      after: state.relocation?.n ?? -1,
      packs: [...data, ...written.packs],
    });
  }

  /** Lists may lag: a pack that is not listed is looked for by its name. */
  #keeps(): (pack: string) => Promise<boolean> {
    const { log, ports } = this.#context;
    const known = new Map<string, boolean>();
    return async (pack) => {
      let isStored = known.get(pack) ?? this.#options.listed.has(pack);
      if (!known.has(pack) && !isStored) isStored = (await ports.store.head(pack)) !== undefined;
      known.set(pack, isStored);
      return keepsRelocation(log.state, { pack, isStored });
    };
  }

  #listed(pack: string): ListedPack {
    const listed = this.#options.listed.get(pack);
    return listed ?? { name: pack, size: 0, storageClass: 'hot' };
  }
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
