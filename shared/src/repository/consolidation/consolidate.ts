import { livePlaces } from '../garbage/live-places.ts';
import type { PackUse } from '../garbage/pack-marker.ts';
import { isWriterGone } from '../log/garbage.ts';
import { dataPrefixes, isTail, parsePackOrigin } from '../log/names.ts';
import { rootsOf } from '../log/state/roots.ts';
import type { LogState } from '../log/state.ts';
import type { MaintenanceSession } from '../maintenance/maintenance-session.ts';
import type { SegmentLocation } from '../object/segment-place.ts';
import type { OpenContext } from '../open-context.ts';
import { hotPackBytes } from '../session/hot-pack.ts';
import type { SessionPacks } from '../session/session-packs.ts';
import { type ConsolidationLimits, choosePacks, type ListedPack } from './choose-packs.ts';
import { type LiveSegment, SegmentMover } from './segment-mover.ts';

export interface Consolidate {
  readonly session: MaintenanceSession;
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
  options: Omit<Consolidate, 'session' | 'signal'>,
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
    if (
      isSettled &&
      dataPrefixes.some((prefix) => pack.name.startsWith(prefix)) &&
      !state.condemned.has(pack.name)
    )
      yield pack;
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
    const { session } = this.#options;
    const packs = await session.packs();
    const before = packs.totals();
    const moved = await this.#moveAll(live, packs);
    await session.relocate(moved);
    const { packs: writtenPacks, storedBytes } = packs.totals();
    return {
      segments: moved.size,
      writtenPacks: writtenPacks - before.packs,
      writtenBytes: storedBytes - before.storedBytes,
    };
  }

  /** Each class for itself, and tails for themselves. */
  async #moveAll(live: readonly LiveSegment[], packs: SessionPacks) {
    const moved = new Map<string, SegmentLocation>();
    for (const group of Map.groupBy(live, ({ place }) => this.#groupOf(place.pack)).values()) {
      for (const entry of await this.#moveGroup(group, packs)) moved.set(...entry);
    }
    return moved;
  }

  #groupOf(pack: string): string {
    return `${isTail(pack)} ${this.#listed(pack).storageClass}`;
  }

  async #moveGroup(
    live: readonly LiveSegment[],
    packs: SessionPacks,
  ): Promise<ReadonlyMap<string, SegmentLocation>> {
    const pack = live[0]?.place.pack ?? '';
    const { storageClass } = this.#listed(pack);
    const kind = isTail(pack) ? 'tails' : 'packs';
    const target = { kind, storageClass, packBytes: hotPackBytes } as const;
    const mover = new SegmentMover(this.#context, packs, target);
    try {
      for (const segment of live) {
        this.#options.signal?.throwIfAborted();
        await mover.move(segment, this.#listed(segment.place.pack).size);
      }
      return await mover.finish();
    } catch (error) {
      await mover.abort(error);
      throw error;
    }
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
