import type { AppError } from '../../errors/app-error.ts';
import { damaged } from '../damaged.ts';
import type { Entropy } from '../ports.ts';

/**
 * Keys of one purpose, one per key epoch. What is sealed under them has an id
 * that begins with the epoch. docs/repository-format.md, "Keys".
 */
export class EpochKeys {
  readonly #keys: Map<number, Uint8Array>;
  readonly #lost: ReadonlyMap<number, AppError>;

  /** @param lost why there is no key of an epoch that should have one */
  constructor(
    keys: Iterable<readonly [number, Uint8Array]>,
    lost: Iterable<readonly [number, AppError]> = [],
  ) {
    this.#keys = new Map(keys);
    this.#lost = new Map(lost);
  }

  /** The epoch under which is written. */
  get newest(): number {
    return Math.max(...this.#keys.keys());
  }

  /** A new epoch has begun: later ids are made under it. */
  add(epoch: number, key: Uint8Array): void {
    this.#keys.set(epoch, key);
  }

  /** Fails with why one of the keys is lost, if one is. */
  requireAll(): void {
    for (const problem of this.#lost.values()) throw problem;
  }

  /** E_REPOSITORY_DAMAGED when the repository has no such epoch, or its key is lost. */
  of(id: Uint8Array): Uint8Array {
    const epoch = epochOfId(id);
    const key = this.#keys.get(epoch);
    if (key !== undefined) return key;
    throw this.#lost.get(epoch) ?? damaged(`an id names the key epoch ${epoch}, which has no key`);
  }
}

/** A key that seals everything alike, or one per key epoch. */
export type SealingKey = Uint8Array | EpochKeys;

export function keyOfId(key: SealingKey, id: Uint8Array): Uint8Array {
  return key instanceof EpochKeys ? key.of(id) : key;
}

/** Random bytes; under keys by epoch they begin with the newest one. */
export function newIdBytes(entropy: Entropy, key: SealingKey, length: number): Uint8Array {
  const id = entropy.randomBytes(length);
  if (key instanceof EpochKeys) new DataView(id.buffer, id.byteOffset).setUint16(0, key.newest);
  return id;
}

export function epochOfId(id: Uint8Array): number {
  return ((id[0] ?? 0) << 8) | (id[1] ?? 0);
}
