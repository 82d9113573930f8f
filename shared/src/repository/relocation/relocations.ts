import { damaged, isDamage, naming } from '../damaged.ts';
import { decodeJson } from '../json.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import type { RepositoryLog } from '../log/repository-log.ts';
import type { LogState, RelocationState } from '../log/state.ts';
import type { MetaReader, MetaRef } from '../meta/meta-packs.ts';
import { decodeLocation, type SegmentLocation } from '../object/segment-place.ts';
import type { Compute } from '../ports.ts';
import { isLevels } from '../run/decode-directory.ts';
import { mergeLevels, type RunScanner } from '../run/merge-levels.ts';
import type { Levels, RunEntry } from '../run/run-layout.ts';
import { RunReader } from '../run/run-reader.ts';
import { openBox } from '../segment/box.ts';
import { isOneOf, isRecordOf } from '../shape.ts';

/** What a relocate entry's root leads to. docs/repository-format.md, "Relocation table". */
export interface RelocationRecord {
  readonly format: number;
  readonly table: Levels;
}

const isRelocationRecord = isRecordOf<RelocationRecord>({ format: isOneOf(1), table: isLevels });

export interface RelocationsOptions {
  readonly compute: Compute;
  readonly keys: KeyRing;
  readonly log: RepositoryLog;
  readonly meta: MetaReader;
}

/** A relocation table as one state of the log names it. */
export interface RelocationTable {
  readonly levels: Levels;
  /** Packs that hold it. */
  readonly holders: ReadonlySet<string>;
  place(segment: string): Promise<SegmentLocation | undefined>;
  /** In order of segments. */
  rows(): AsyncIterable<readonly [segment: string, place: SegmentLocation]>;
  /** As rows, past what is damaged; older rows of the same segments may show through. */
  soundRows(onLost: () => void): AsyncIterable<readonly [segment: string, place: SegmentLocation]>;
}

/** Nothing was moved. */
export const emptyRelocationTable: RelocationTable = {
  levels: [],
  holders: new Set(),
  place: async () => undefined,
  async *rows() {},
  async *soundRows() {},
};

/** Where segments lie that consolidation has moved, by the log as it was last read. */
export class Relocations {
  readonly #options: RelocationsOptions;
  #newest: { readonly root: string; readonly table: Promise<RelocationTable> } | undefined;

  constructor(options: RelocationsOptions) {
    this.#options = options;
  }

  /** Changes whenever segments may lie elsewhere than before. */
  get version(): number {
    return this.#options.log.state.relocation?.n ?? -1;
  }

  /** Undefined: the segment lies where the tables of its objects say. E_REPOSITORY_DAMAGED */
  async place(segment: string): Promise<SegmentLocation | undefined> {
    return (await this.tableOf(this.#options.log.state)).place(segment);
  }

  /**
   * As place, for readers: a table that is gone was followed by another, which
   * the log, read on, names. MUST NOT be called while something is appended.
   */
  async newestPlace(segment: string): Promise<SegmentLocation | undefined> {
    const { version } = this;
    try {
      return await this.place(segment);
    } catch (error) {
      if (!isDamage(error)) throw error;
      await this.refresh();
      if (this.version === version) throw error;
      return this.newestPlace(segment);
    }
  }

  /** Reads the log on. */
  async refresh(): Promise<void> {
    await this.#options.log.refresh();
  }

  /** E_REPOSITORY_DAMAGED */
  tableOf({ relocation }: LogState): Promise<RelocationTable> {
    if (relocation === undefined) return Promise.resolve(emptyRelocationTable);
    const { root } = relocation;
    if (this.#newest?.root === root) return this.#newest.table;
    const table = this.#open(relocation);
    this.#newest = { root, table };
    table.catch(() => {
      if (this.#newest?.root === root) this.#newest = undefined;
    });
    return table;
  }

  async #open({ root }: RelocationState): Promise<RelocationTable> {
    const { compute, keys, meta } = this.#options;
    const ref = decodeRelocationRoot(root);
    const opening = { key: keys.derived.meta, kind: 'relocation' } as const;
    const what = `the relocation record in ${ref.pack}`;
    const record = await naming(what, { blob: ref.pack }, async () =>
      decodeRelocationRecord(await openBox(compute, opening, await meta.read(ref))),
    );
    const key = async () => keys.derived.meta;
    const reader = new RunReader({ compute, meta, kind: 'table', key, objectId: 'relocations' });
    return openedTable(reader, record.table, ref.pack);
  }
}

function openedTable(reader: RunReader, levels: Levels, recordIn: string): RelocationTable {
  return {
    levels,
    holders: new Set([recordIn, ...levels.flat().map(({ pack }) => pack)]),
    place: async (segment) => {
      const value = await reader.get(levels, segment);
      return value && decodeLocation(value);
    },
    rows: () => placesIn(mergeLevels(reader, levels)),
    soundRows: (onLost) => {
      const scan: RunScanner['scan'] = (ref, from = '') => reader.scanSound(ref, from, onLost);
      return placesIn(mergeLevels({ scan }, levels));
    },
  };
}

async function* placesIn(entries: AsyncIterable<RunEntry>) {
  for await (const { key, value } of entries) {
    if (value !== undefined) yield [key, decodeLocation(value)] as const;
  }
}

/** E_REPOSITORY_DAMAGED */
export function decodeRelocationRecord(json: Uint8Array): RelocationRecord {
  return decodeJson(json, isRelocationRecord);
}

/** As a relocate entry names it: `<meta pack>:<offset>:<length>`. */
export function encodeRelocationRoot({ pack, offset, length }: MetaRef): string {
  return `${pack}:${offset}:${length}`;
}

/** E_REPOSITORY_DAMAGED */
export function decodeRelocationRoot(root: string): MetaRef {
  const match = /^(meta\/[^:]+):(\d+):(\d+)$/.exec(root);
  if (match === null) throw damaged(`a relocate names the root ${root}, which is none`);
  const [, pack = '', offset, length] = match;
  return { pack, offset: Number(offset), length: Number(length) };
}
