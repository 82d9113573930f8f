import type { StorageClass } from '../../storage-class/storage-class.ts';
import { sum } from '../bytes.ts';
import { type LiveSegment, SegmentMover } from '../consolidation/segment-mover.ts';
import { livePlaces } from '../garbage/live-places.ts';
import { SeenSegments } from '../garbage/seen-segments.ts';
import { isTail } from '../log/names.ts';
import { pinnedRoots, rootsOf } from '../log/state/roots.ts';
import type { LogState } from '../log/state.ts';
import type { MaintenanceSession } from '../maintenance/maintenance-session.ts';
import type { SegmentLocation } from '../object/segment-place.ts';
import type { OpenContext } from '../open-context.ts';
import type { BlobInfo } from '../ports.ts';
import { chooseObjects, type TailedObject } from './choose-objects.ts';
import { fillPacks, type WaitingSegment } from './fill-packs.ts';

export interface Sealing {
  /** Of the archive: where full packs go. */
  readonly storageClass: StorageClass;
  readonly packBytes: number;
  /** Everything goes at once, and packs need not be full. */
  readonly all: boolean;
}

export interface SealTails extends Sealing {
  readonly session: MaintenanceSession;
  /** Of everything in the copy that a point needs, tails included. */
  readonly liveBytes: number;
  /** By the storage's clock. */
  readonly nowMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly onPack?: (bytes: number) => void;
}

export interface Sealed {
  /** Written to the archive. */
  readonly packs: number;
  readonly bytes: number;
  /** Of tails that nobody is reading, and that stay hot for now. */
  readonly tailBytes: number;
}

type TailSegment = LiveSegment & WaitingSegment;

interface TailedSegments extends TailedObject {
  readonly segments: readonly TailSegment[];
}

/**
 * Moves tails of a copy into packs of the archive, segments as they are: each pack
 * with an entry of the log of its own, so that little is written again after a
 * crash. What a pin keeps stays hot, since somebody may be reading it.
 */
export async function sealTails(context: OpenContext, options: SealTails): Promise<Sealed> {
  const listed = await listTails(context);
  if (listed.size === 0) return { packs: 0, bytes: 0, tailBytes: 0 };
  const run = new SealingRun(context, options, listed);
  return run.run();
}

async function listTails({ ports }: OpenContext): Promise<ReadonlyMap<string, BlobInfo>> {
  const listed = new Map<string, BlobInfo>();
  for await (const info of ports.store.list('tails/')) listed.set(info.name, info);
  return listed;
}

class SealingRun {
  readonly #context: OpenContext;
  readonly #options: SealTails;
  readonly #listed: ReadonlyMap<string, BlobInfo>;
  /** On which the choice was made. */
  #pins: LogState['pins'] = new Map();
  #packs = 0;
  #bytes = 0;

  constructor(context: OpenContext, options: SealTails, listed: ReadonlyMap<string, BlobInfo>) {
    this.#context = context;
    this.#options = options;
    this.#listed = listed;
  }

  async run(): Promise<Sealed> {
    const { packBytes, all, nowMs, liveBytes } = this.#options;
    const objects = await this.#tails();
    const tailBytes = sum(objects.map(({ bytes }) => bytes));
    const chosen = chooseObjects(objects, { packBytes, liveBytes, nowMs, all });
    const known = new Map(objects.map((object) => [object.objectId, object]));
    const waiting = chosen.flatMap(({ objectId }) => known.get(objectId) ?? []);
    for (const segments of fillPacks(waiting, { packBytes, all })) await this.#seal(segments);
    return { packs: this.#packs, bytes: this.#bytes, tailBytes: tailBytes - this.#bytes };
  }

  /** What may move, by object. */
  async #tails(): Promise<readonly TailedSegments[]> {
    const { state } = this.#context.log;
    this.#pins = state.pins;
    const pinned = await pinnedSegments(this.#context, state);
    const seen = new SeenSegments();
    const byObject = new Map<string, TailSegment[]>();
    for await (const reached of livePlaces(this.#context, rootsOf(state), state)) {
      if (reached.type !== 'segment' || !this.#listed.has(reached.place.pack)) continue;
      const { segment, place, objectId } = reached;
      if (pinned.has(segment) || !seen.add(segment)) continue;
      const known = byObject.get(objectId) ?? [];
      byObject.set(objectId, known);
      known.push({ segment, place, objectId, length: place.length });
    }
    return [...byObject].map(([objectId, segments]) => this.#object(objectId, segments));
  }

  #object(objectId: string, segments: TailSegment[]): TailedSegments {
    const storedAt = ({ place }: TailSegment) => this.#listed.get(place.pack)?.modifiedAtMs ?? 0;
    const inOrder = segments.sort(
      (a, b) => storedAt(a) - storedAt(b) || a.place.offset - b.place.offset,
    );
    const bytes = sum(segments.map(({ length }) => length));
    const [oldest] = inOrder;
    return { objectId, bytes, sinceMs: oldest === undefined ? 0 : storedAt(oldest), segments };
  }

  async #seal(segments: readonly TailSegment[]): Promise<void> {
    const { session, onPack } = this.#options;
    const moved = await this.#written(segments);
    const isUnread = async (state: LogState) => {
      if (isSame(state.pins, this.#pins)) return true;
      const pinned = await pinnedSegments(this.#context, state);
      return ![...moved.keys()].some((segment) => pinned.has(segment));
    };
    // A pin that came while the pack was written makes it garbage.
    if (!(await session.relocate(moved, isUnread))) return;
    const bytes = sum([...moved.values()].map(({ length }) => length));
    this.#packs += 1;
    this.#bytes += bytes;
    onPack?.(bytes);
  }

  async #written(segments: readonly TailSegment[]): Promise<ReadonlyMap<string, SegmentLocation>> {
    const { session, signal, storageClass } = this.#options;
    const target = { storageClass, packBytes: Number.POSITIVE_INFINITY };
    const mover = new SegmentMover(this.#context, await session.packs(), target);
    try {
      for (const each of segments) {
        signal?.throwIfAborted();
        await mover.move(each, this.#listed.get(each.place.pack)?.size ?? 0);
      }
      return await mover.finish();
    } catch (error) {
      await mover.abort(error);
      throw error;
    }
  }
}

/** Segments that somebody may be reading. */
async function pinnedSegments(context: OpenContext, state: LogState): Promise<ReadonlySet<string>> {
  const segments = new Set<string>();
  for await (const reached of livePlaces(context, pinnedRoots(state), state)) {
    const isTailed = reached.type === 'segment' && isTail(reached.place.pack);
    if (isTailed) segments.add(reached.segment);
  }
  return segments;
}

function isSame(a: LogState['pins'], b: LogState['pins']): boolean {
  return a.size === b.size && [...a.keys()].every((pinId) => b.has(pinId));
}
