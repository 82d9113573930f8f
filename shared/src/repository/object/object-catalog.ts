import { mergeLevels } from '../run/merge-levels.ts';
import type { RunEntry } from '../run/run-layout.ts';
import type { ObjectState } from './object-state.ts';

/**
 * An object's catalog as it is stored: for whoever keeps a copy of its rows.
 * Keys are those of catalog-keys.ts, values JSON, part of a larger buffer.
 */
export interface ObjectCatalog {
  /** Names of the runs of each level, newest first: the same names, the same rows. */
  readonly levels: readonly (readonly string[])[];
  /** Rows of all levels, in order of keys. */
  rows(): AsyncIterable<RunEntry>;
  /** What the newest levels changed in the older ones; a value that is undefined: removed. */
  changes(newestLevels: number): AsyncIterable<RunEntry>;
}

export function catalogOf({ readers, record }: ObjectState): ObjectCatalog {
  const { catalog } = record;
  return {
    levels: catalog.map((level) => level.map(({ segment }) => segment)),
    async *rows() {
      for await (const row of mergeLevels(readers.catalog, catalog)) {
        if (row.value !== undefined) yield row;
      }
    },
    changes: (newestLevels) => mergeLevels(readers.catalog, catalog.slice(0, newestLevels)),
  };
}
