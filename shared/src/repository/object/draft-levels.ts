import { mergeLevels } from '../run/merge-levels.ts';
import type { Level, Levels, RunEntry } from '../run/run-layout.ts';
import type { RunReader } from '../run/run-reader.ts';
import type { RunWriter } from '../run/run-writer.ts';

export interface DraftLevelsOptions {
  /** What was committed before. */
  readonly levels: Levels;
  readonly reader: RunReader;
  readonly writer: () => RunWriter;
}

/** So many levels of a draft become one: a merge reads from all of them at once. */
const freshMax = 32;

/** The levels of one kind, to which a draft adds one after the other. */
export class DraftLevels {
  readonly #options: DraftLevelsOptions;
  #levels: Levels;
  /** Levels that were added since some were merged. */
  #fresh = 0;

  constructor(options: DraftLevelsOptions) {
    this.#options = options;
    this.#levels = options.levels;
  }

  /** Newest first. */
  get all(): Levels {
    return this.#levels;
  }

  get(key: string): Promise<Uint8Array | undefined> {
    return this.#options.reader.get(this.#levels, key);
  }

  /** @param entries in order of keys; nothing is added when there are none */
  async add(entries: Iterable<RunEntry>): Promise<void> {
    if (this.#fresh === freshMax) await this.#mergeFresh();
    const level = await this.#write(entries);
    if (level.length === 0) return;
    this.#levels = [level, ...this.#levels];
    this.#fresh += 1;
  }

  async #mergeFresh(): Promise<void> {
    const { reader } = this.#options;
    const merged = await this.#write(mergeLevels(reader, this.#levels.slice(0, this.#fresh)));
    this.#levels = [merged, ...this.#levels.slice(this.#fresh)];
    this.#fresh = 0;
  }

  async #write(entries: Iterable<RunEntry> | AsyncIterable<RunEntry>): Promise<Level> {
    const writer = this.#options.writer();
    for await (const entry of entries) await writer.add(entry);
    return writer.finish();
  }
}
