import type { Mutate } from './mutate-bytes.ts';
import type { SeededChance } from './seeded-chance.ts';

/** A parser of what others wrote. */
export interface FuzzTarget {
  readonly name: string;
  /** Bytes that it takes: each case mutates one of them. */
  readonly seeds: readonly Uint8Array[];
  /** Default: bytes are mutated, whatever they mean. */
  readonly mutate?: Mutate;
  /**
   * Fails with AppErrors only. What it knows to be wrong of a value that it gets, it
   * throws as another error.
   */
  readonly parse: (bytes: Uint8Array, chance: SeededChance) => unknown;
  /** Of a run over all targets, parts of a hundred. */
  readonly share: number;
}
