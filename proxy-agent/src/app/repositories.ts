import { AppError } from '@firn/shared/errors/app-error';
import type {
  RepositoryRef,
  SecretBundle,
  StorageCredential,
  StorageRef,
} from '@firn/shared/gen/firn/link/v1/work';
import type {
  BlobStore,
  BlobThawing,
  Clock,
  Compute,
  Entropy,
} from '@firn/shared/repository/ports';
import {
  type OpenRepository,
  openRepository,
  type Repository,
} from '@firn/shared/repository/repository';
import { thawingOf } from '@firn/shared/repository/retrieve/thawing-of';
import type { SharedChunkIndex } from '@firn/shared/repository/shared-chunks/shared-chunk-index';
import type { StorageCredentials } from '@firn/shared/rpc/storage-credentials';
import type { BrowseCache } from '../ports/browse-cache.ts';
import type { ObjectStores } from '../ports/object-stores.ts';
import type { Ownership } from './ownership.ts';
import { ThawTurns } from './thaw-turns.ts';

export interface RepositoriesOptions {
  readonly stores: ObjectStores;
  readonly credentials: StorageCredentials;
  readonly ownership: Ownership;
  /** Undefined: it is turned off. */
  readonly browseCache: Pick<BrowseCache, 'forget'> | undefined;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly compute: Compute;
  /** Undefined: contents are shared within one run of the process only. */
  readonly sharedChunks?: ((repositoryId: string) => SharedChunkIndex) | undefined;
  /** Of the process: an owned repository outlives the session that opened it. */
  readonly signal: AbortSignal;
}

/**
 * The repositories of this process. One that is written to is opened once and
 * owned: two writers in one process would race for the log. One that is only
 * read is opened for each reader, and never owned.
 */
export class Repositories {
  readonly #options: RepositoriesOptions;
  readonly #owned = new Map<string, Promise<Repository>>();
  /** For views: opening reads header and log, each question only what is new. */
  readonly #viewed = new Map<string, Promise<Repository>>();
  /** By repository: the entry of the log up to which erased objects were forgotten. */
  readonly #erasedTo = new Map<string, number>();
  readonly #erasures = new Map<string, number>();
  readonly #thawTurns = new ThawTurns();

  constructor(options: RepositoriesOptions) {
    this.#options = options;
  }

  /** Waits until the controller has named this process the owner. */
  async owned(
    ref: RepositoryRef | undefined,
    secrets: SecretBundle,
    signal: AbortSignal,
  ): Promise<Repository> {
    const known = required(ref, 'repository');
    await this.#options.ownership.wait(signal);
    const open = this.#owned.get(known.repositoryId) ?? this.#own(known, secrets);
    this.#owned.set(known.repositoryId, open);
    try {
      const repository = await open;
      await repository.refresh();
      return repository;
    } catch (error) {
      this.#owned.delete(known.repositoryId);
      throw error;
    }
  }

  async forReading(
    ref: RepositoryRef | undefined,
    secrets: SecretBundle,
    signal: AbortSignal,
  ): Promise<Repository> {
    return this.#open(required(ref, 'repository'), secrets, signal);
  }

  /** As forReading, past what is damaged of header and log: for check and repair. */
  async pastDamage(
    ref: RepositoryRef | undefined,
    secrets: SecretBundle,
    signal: AbortSignal,
  ): Promise<Repository> {
    return openRepository({
      ...this.#opening(required(ref, 'repository'), secrets, signal),
      pastDamage: true,
    });
  }

  /** Owns a repository that pastDamage opened; whatever was open of it is opened anew. */
  async takeOver(repository: Repository, signal: AbortSignal): Promise<Repository> {
    const { ownership } = this.#options;
    await ownership.wait(signal);
    await repository.takeOwnership(ownership.incarnation);
    this.#owned.delete(repository.repositoryId);
    this.#viewed.delete(repository.repositoryId);
    return repository;
  }

  /** As forReading, kept open and brought up to date for each question. */
  async forViewing(ref: RepositoryRef | undefined, secrets: SecretBundle): Promise<Repository> {
    const known = required(ref, 'repository');
    const { repositoryId } = known;
    const before = this.#viewed.get(repositoryId);
    // One after the other: all questions share what was read of the log.
    const open = before ? before.then(refreshed) : this.#open(known, secrets, this.#options.signal);
    const turn = open.then((repository) => this.#withoutErased(repository));
    this.#viewed.set(repositoryId, turn);
    try {
      return await turn;
    } catch (error) {
      this.#viewed.delete(repositoryId);
      throw error;
    }
  }

  /** A key epoch has begun: what is open of the repository writes under it from here on. */
  async adoptRootKey(repositoryId: string, rootKey: Uint8Array): Promise<void> {
    for (const open of [this.#owned.get(repositoryId), this.#viewed.get(repositoryId)]) {
      const repository = await open?.catch(() => undefined);
      await repository?.adoptRootKey(rootKey);
    }
  }

  /** Erased objects: the next question opens the repository anew, and nothing of them is cached. */
  async forgetObjects(repositoryId: string, objectIds: readonly string[]): Promise<void> {
    this.#viewed.delete(repositoryId);
    await this.#forget(repositoryId, objectIds);
  }

  /** Changes when objects were erased: what was read of the repository before must not be shown. */
  erasures(repositoryId: string): number {
    return this.#erasures.get(repositoryId) ?? 0;
  }

  /** Another owner was met: everything must be opened and owned anew. */
  forget(): void {
    this.#owned.clear();
  }

  store(ref: StorageRef | undefined, signal: AbortSignal): BlobStore {
    const storage = required(ref, 'storage');
    return this.#options.stores.open(storage, this.credentialOf(storage, signal));
  }

  /** How archived packs of the storage are read; sessions do not get into each other's way. */
  thawing(ref: StorageRef | undefined, signal: AbortSignal): BlobThawing {
    const { storageId } = required(ref, 'storage');
    return this.#thawTurns.of(storageId, thawingOf(this.store(ref, signal)));
  }

  /** The newest at each call; it may have to be asked for. */
  credentialOf({ storageId }: StorageRef, signal: AbortSignal): () => Promise<StorageCredential> {
    return () => this.#options.credentials.newest(storageId, signal);
  }

  async #own(ref: RepositoryRef, secrets: SecretBundle): Promise<Repository> {
    const { signal, ownership } = this.#options;
    const repository = await openRepository(this.#opening(ref, secrets, signal));
    await repository.takeOwnership(ownership.incarnation);
    return repository;
  }

  /** Another process may have erased them. */
  async #withoutErased(repository: Repository): Promise<Repository> {
    const { repositoryId, log } = repository;
    const { erased } = log.state;
    const newest = [...erased.values()].reduce((n, each) => Math.max(n, each.n), -1);
    if (newest <= (this.#erasedTo.get(repositoryId) ?? -1)) return repository;
    await this.#forget(repositoryId, [...erased.keys()]);
    this.#erasedTo.set(repositoryId, newest);
    return repository;
  }

  async #forget(repositoryId: string, objectIds: readonly string[]): Promise<void> {
    this.#erasures.set(repositoryId, this.erasures(repositoryId) + 1);
    await this.#options.browseCache?.forget(repositoryId, objectIds);
  }

  #open(ref: RepositoryRef, secrets: SecretBundle, signal: AbortSignal): Promise<Repository> {
    return openRepository(this.#opening(ref, secrets, signal));
  }

  #opening(ref: RepositoryRef, secrets: SecretBundle, signal: AbortSignal): OpenRepository {
    const { repositoryId } = ref;
    const key = secrets.repositories.find((each) => each.repositoryId === repositoryId);
    const { clock, entropy, compute } = this.#options;
    const store = this.store(ref.storage, signal);
    const { rootKey, nextRootKey } = required(key, `key of repository ${repositoryId}`);
    // Readers too: what they cannot read must not be taken for stored by the next backup.
    const sharedChunks = this.#options.sharedChunks?.(repositoryId);
    const opening = {
      ...{ ports: { store, clock, entropy, compute }, repositoryId, rootKey },
      ...(sharedChunks && { sharedChunks }),
    };
    return nextRootKey.length === 0 ? opening : { ...opening, nextRootKey };
  }
}

async function refreshed(repository: Repository): Promise<Repository> {
  await repository.refresh();
  return repository;
}

/** A member that every assignment of this kind has; E_WORK_UNKNOWN when it is absent. */
export function required<Value>(value: Value | undefined, name: string): Value {
  if (value === undefined) {
    throw new AppError('E_WORK_UNKNOWN', `the assignment has no ${name}`);
  }
  return value;
}
