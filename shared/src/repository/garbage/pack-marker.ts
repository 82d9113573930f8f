import type { Marker } from '../log/garbage.ts';
import type { LogState } from '../log/state.ts';
import type { OpenContext } from '../open-context.ts';
import { livePlaces } from './live-places.ts';
import { SeenSegments } from './seen-segments.ts';
import type { MarkedKeys } from './stray-keys.ts';

/** What of a data pack is needed. */
export interface PackUse {
  /** Of its segments; what two points need counts once. */
  readonly liveBytes: number;
  readonly segments: number;
}

/** Packs that roots reach. Memory: 8 to 24 bytes a segment, and one entry a pack. */
export class PackMarker implements Marker {
  readonly #context: OpenContext;
  #uses: ReadonlyMap<string, PackUse> = new Map();
  #keys: MarkedKeys | undefined;

  constructor(context: OpenContext) {
    this.#context = context;
  }

  /** Of data packs, by the first marking; empty before. */
  get uses(): ReadonlyMap<string, PackUse> {
    return this.#uses;
  }

  /** By the first marking; undefined before. */
  get keys(): MarkedKeys | undefined {
    return this.#keys;
  }

  async referencedPacks(roots: ReadonlySet<string>, state: LogState): Promise<ReadonlySet<string>> {
    const packs = new Set<string>();
    const uses = new Map<string, { liveBytes: number; segments: number }>();
    const needed = new Set<string>();
    const seen = new SeenSegments();
    for await (const reached of livePlaces(this.#context, roots, state)) {
      if (reached.type === 'meta') packs.add(reached.pack);
      if (reached.type === 'keys') for (const id of reached.keyIds) needed.add(id);
      if (reached.type !== 'segment') continue;
      const { segment, place } = reached;
      packs.add(place.pack);
      needed.add(place.keyId);
      if (!seen.add(segment)) continue;
      const use = uses.get(place.pack) ?? { liveBytes: 0, segments: 0 };
      uses.set(place.pack, use);
      use.liveBytes += place.length;
      use.segments += 1;
    }
    if (this.#uses.size === 0) this.#uses = uses;
    this.#keys ??= { needed, state };
    return packs;
  }

  async relocatedPacks(state: LogState): Promise<ReadonlySet<string>> {
    const table = await this.#context.relocations.tableOf(state);
    const packs = new Set(table.holders);
    for await (const [, { pack }] of table.rows()) packs.add(pack);
    return packs;
  }
}
