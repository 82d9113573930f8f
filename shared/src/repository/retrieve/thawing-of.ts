import { AppError, isAppError } from '../../errors/app-error.ts';
import { mustThaw, type ThawSpeed } from '../../storage-class/storage-class.ts';
import { ahead } from '../ahead.ts';
import type { BlobInfo, BlobStore, BlobThawing, ThawRequest, ThawState } from '../ports.ts';
import { nameOfWarm, warmName, warmPrefix } from './warm-name.ts';

const deletesAtOnce = 8;

interface Copying {
  readonly name: string;
  readonly warm: string;
  readonly speed: ThawSpeed;
  readonly signal: AbortSignal | undefined;
}

/** How archived blobs of a storage are read: where they lie, or by copies below `warm/`. */
export function thawingOf(store: BlobStore): BlobThawing {
  return store.thawing ?? new ThawingByCopies(store);
}

/** Each retrieval has copies of its own, which are pending until the archive has given the bytes. */
class ThawingByCopies implements BlobThawing {
  readonly #store: BlobStore;

  constructor(store: BlobStore) {
    this.#store = store;
  }

  async begin(name: string, request: ThawRequest): Promise<ThawState> {
    const { retrievalId, speed, warmCopy, signal } = request;
    const warm = warmName(retrievalId, name);
    const known = await this.#store.head(warm, signal);
    if (known !== undefined) return stateOf(known);
    const other = warmCopy === undefined ? undefined : await this.#other(warmCopy, warm, signal);
    // It may be on its way at a slower speed.
    const isAwaited = other?.state === 'thawing' && speed !== 'expedited';
    if (other !== undefined && (other.state === 'warm' || isAwaited)) return other;
    const cold = await this.#store.head(name, signal);
    if (cold === undefined) throw new AppError('E_BLOB_NOT_FOUND', `there is no object ${name}`);
    if (!mustThaw(cold.storageClass)) return { state: 'warm', name };
    return await this.#copy({ name, warm, speed, signal });
  }

  /** What another retrieval has thawed is copied; undefined: it is gone. */
  async #other(
    from: string,
    to: string,
    signal: AbortSignal | undefined,
  ): Promise<ThawState | undefined> {
    const info = await this.#store.head(from, signal);
    if (info === undefined || stateOf(info).state !== 'warm') return info && stateOf(info);
    const options = { storageClass: 'hot', ifAbsent: true, ...(signal && { signal }) } as const;
    try {
      await this.#store.copy(from, to, options);
    } catch (error) {
      if (isAppError(error, 'E_BLOB_NOT_FOUND')) return undefined;
      if (!isAppError(error, 'E_BLOB_EXISTS')) throw error;
    }
    return { state: 'warm', name: to };
  }

  /** Only if absent: two thaws of one pack are paid twice. */
  async #copy({ name, warm, speed, signal }: Copying): Promise<ThawState> {
    const priority = speed === 'expedited' ? 'high' : 'standard';
    const ofSignal = signal && { signal };
    const options = { storageClass: 'hot', priority, ifAbsent: true, ...ofSignal } as const;
    try {
      await this.#store.copy(name, warm, options);
    } catch (error) {
      if (!isAppError(error, 'E_BLOB_EXISTS')) throw error;
      const begun = await this.#store.head(warm, signal);
      if (begun !== undefined) return stateOf(begun);
      // What a copy left that failed is no blob, but has the name.
      await this.#store.delete(warm, signal);
      await this.#store.copy(name, warm, options);
    }
    return { state: 'thawing' };
  }

  async *states(
    retrievalId: string,
    names: ReadonlySet<string>,
    signal?: AbortSignal,
  ): AsyncGenerator<readonly [string, ThawState]> {
    const [only] = names;
    if (only !== undefined && names.size === 1) {
      const info = await this.#store.head(warmName(retrievalId, only), signal);
      if (info !== undefined) yield [only, stateOf(info)];
      return;
    }
    const prefix = warmName(retrievalId, '');
    for await (const info of this.#store.list(prefix, signal)) {
      const name = info.name.slice(prefix.length);
      if (names.has(name)) yield [name, stateOf(info)];
    }
  }

  async end(retrievalId: string, signal?: AbortSignal): Promise<number> {
    const copies = this.#store.list(warmName(retrievalId, ''), signal);
    let deleted = 0;
    const deleting = ahead(copies, deletesAtOnce, ({ name }) => this.#store.delete(name, signal));
    for await (const _ of deleting) deleted += 1;
    return deleted;
  }
}

/**
 * Copies that any retrieval has of those packs, a warm one rather than one that thaws; none where
 * blobs thaw where they lie.
 */
export async function copiesOfAny(
  store: BlobStore,
  names: ReadonlySet<string>,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, ThawedCopy>> {
  const copies = new Map<string, ThawedCopy>();
  if (store.thawing !== undefined || names.size === 0) return copies;
  for await (const info of store.list(warmPrefix, signal)) {
    const name = nameOfWarm(info.name);
    const isWarm = stateOf(info).state === 'warm';
    if (names.has(name) && (isWarm || !copies.has(name))) {
      copies.set(name, { name: info.name, isWarm });
    }
  }
  return copies;
}

export interface ThawedCopy {
  readonly name: string;
  /** False: it is on its way. */
  readonly isWarm: boolean;
}

function stateOf({ name, rehydrating, storageClass }: BlobInfo): ThawState {
  if (rehydrating || mustThaw(storageClass)) return { state: 'thawing' };
  return { state: 'warm', name };
}
