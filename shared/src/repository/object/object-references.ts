import type { Relocations } from '../relocation/relocations.ts';
import type { PlaceReaders } from './object-readers.ts';
import { type ObjectLevels, runsOf } from './object-record.ts';
import { referencedPacks } from './referenced-packs.ts';

export interface ObjectReferencesOptions {
  readonly levels: ObjectLevels;
  readonly readers: PlaceReaders;
  /** Packs of what lies beside the levels: records and sync state. */
  readonly beside: () => readonly string[];
  readonly relocations: Pick<Relocations, 'version'>;
  /** The session stored nothing for it: all data packs are inherited. */
  readonly onlyInherits: boolean;
  /** Whether a pack is condemned, by the log as it was last read. */
  readonly isAnyCondemned: () => boolean;
}

/**
 * All packs that the root of an object needs; found anew when a relocate came in
 * between, since what the object inherits then lies in other packs.
 */
export class ObjectReferences {
  readonly #options: ObjectReferencesOptions;
  #version: number | undefined;
  #packs: ReadonlySet<string> = new Set();

  constructor(options: ObjectReferencesOptions) {
    this.#options = options;
  }

  /** By the log as it was last read. E_REPOSITORY_DAMAGED */
  async packs(): Promise<ReadonlySet<string>> {
    const { levels, readers, beside, relocations, onlyInherits, isAnyCondemned } = this.#options;
    // Inherited packs matter only where one could be condemned: reading index and table is saved.
    if (onlyInherits && !isAnyCondemned()) {
      return new Set([...runsOf(levels).map(({ pack }) => pack), ...beside()]);
    }
    while (this.#version !== relocations.version) {
      const { version } = relocations;
      const packs = await referencedPacks(levels, readers);
      this.#packs = packs;
      this.#version = version;
    }
    return new Set([...this.#packs, ...beside()]);
  }
}
