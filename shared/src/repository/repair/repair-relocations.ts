import { sum } from '../bytes.ts';
import { type Finding, finding, problemOf } from '../check/finding.ts';
import { parsePackOrigin } from '../log/names.ts';
import { relocateSegments } from '../log/sessions.ts';
import { maintenanceJobId } from '../maintenance/maintenance-session.ts';
import type { PlaceLookup } from '../object/object-readers.ts';
import { fitsSegment, type SegmentLocation } from '../object/segment-place.ts';
import type { OpenContext } from '../open-context.ts';
import { readStoredFooter } from '../pack/stored-footer.ts';
import type { BlobInfo } from '../ports.ts';
import { emptyRelocationTable } from '../relocation/relocations.ts';
import { writeRelocations } from '../relocation/write-relocations.ts';
import { undefinedWhenDamaged } from './object-runs.ts';
import type { RepairSession } from './repair-session.ts';
import type { StoredPacks } from './stored-packs.ts';

export interface RepairRelocationsOptions {
  readonly context: OpenContext;
  readonly packs: StoredPacks;
  /** Undefined: only tells what would be done. */
  readonly begin: (() => Promise<RepairSession>) | undefined;
}

/** Rebuilds the relocation table when it cannot be read. docs/repository-format.md, "Rebuilding". */
export class RelocationsRepair {
  readonly #options: RepairRelocationsOptions;
  #rebuilt: ReadonlyMap<string, SegmentLocation> | undefined;

  constructor(options: RepairRelocationsOptions) {
    this.#options = options;
  }

  /** Where segments were moved to, as far as can be told. Once run has ended. */
  get moved(): PlaceLookup {
    const rebuilt = this.#rebuilt;
    if (rebuilt === undefined) return this.#options.context.relocations;
    return { place: async (segment) => rebuilt.get(segment) };
  }

  async *run(): AsyncGenerator<Finding> {
    const { context, begin } = this.#options;
    const { relocations, log } = context;
    const problem = await problemOf(async () => {
      for await (const _ of (await relocations.tableOf(log.state)).rows());
    });
    if (problem === undefined) return;
    const rebuilt = await this.#rebuild();
    this.#rebuilt = rebuilt;
    if (begin !== undefined) await this.#write(rebuilt, await begin());
    const message = `where ${rebuilt.size} segments were moved to was read from the footers of packs: ${problem}`;
    yield finding({ blob: 'meta/', severity: 'note' }, 'E_REPAIR_DONE', message);
  }

  async #rebuild(): Promise<ReadonlyMap<string, SegmentLocation>> {
    const { context, packs } = this.#options;
    const places = new Map<string, SegmentLocation>();
    for (const info of this.#writtenByMaintenance()) {
      for (const [segment, place] of await placesOf(context, info)) places.set(segment, place);
    }
    const { relocations, log } = context;
    const table = await relocations.tableOf(log.state).catch(undefinedWhenDamaged);
    for await (const [segment, place] of table?.soundRows(() => {}) ?? []) {
      const isStored = fitsSegment(place, packs.infos.get(place.pack)?.size ?? 0);
      const isKept = isStored && !log.state.condemned.has(place.pack);
      if (isKept && !places.has(segment)) places.set(segment, place);
    }
    return places;
  }

  /** Packs of its sessions, those of the oldest one first. */
  #writtenByMaintenance(): readonly BlobInfo[] {
    const { context, packs } = this.#options;
    const { sessions, condemned } = context.log.state;
    const begunAt = ({ name }: BlobInfo) => {
      const session = sessions.get(parsePackOrigin(name)?.sessionId ?? '');
      return session?.jobId === maintenanceJobId ? session.begunAtN : undefined;
    };
    return [...packs.infos.values()]
      .filter((info) => begunAt(info) !== undefined && !condemned.has(info.name))
      .sort((a, b) => (begunAt(a) ?? 0) - (begunAt(b) ?? 0));
  }

  async #write(
    moved: ReadonlyMap<string, SegmentLocation>,
    { packs, attempt }: RepairSession,
  ): Promise<void> {
    const { ports, keys, log } = this.#options.context;
    const after = log.state.relocation?.n ?? -1;
    const written = await writeRelocations({
      ...{ ports, keys, meta: packs.meta, before: emptyRelocationTable, moved },
      keeps: async () => true,
    });
    await packs.meta.flush();
    const data = new Set([...moved.values()].map(({ pack }) => pack));
    const relocation = { root: written.root, after, packs: [...data, ...written.packs] };
    await relocateSegments(log, { ...attempt, ...relocation });
  }
}

/** Of the segments of a pack; none when neither its footer nor its manifest can be read. */
async function placesOf(
  context: OpenContext,
  info: BlobInfo,
): Promise<readonly (readonly [string, SegmentLocation])[]> {
  const { name: pack, size: packLength } = info;
  const footer = await readStoredFooter(context, info);
  return (footer?.segments ?? []).map(({ id, offset, frames }) => {
    return [id, { pack, offset, length: sum(frames), packLength }] as const;
  });
}
