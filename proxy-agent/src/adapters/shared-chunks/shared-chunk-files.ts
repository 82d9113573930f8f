import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '@firn/shared/observe/logger';
import type { SharedChunkIndex } from '@firn/shared/repository/shared-chunks/shared-chunk-index';
import { LazySharedChunkIndex } from './lazy-shared-chunk-index.ts';
import { SqliteSharedChunkIndex } from './sqlite-shared-chunk-index.ts';

/** One index of shared contents per repository, in files of a folder; opened when it is first used. */
export class SharedChunkFiles {
  readonly #folder: string;
  readonly #logger: Logger;
  readonly #indexes = new Map<string, LazySharedChunkIndex>();

  constructor(folder: string, logger: Logger) {
    this.#folder = folder;
    this.#logger = logger;
  }

  /** @param repositoryId a name of a file */
  open(repositoryId: string): SharedChunkIndex {
    const known = this.#indexes.get(repositoryId);
    if (known !== undefined) return known;
    const index = new LazySharedChunkIndex(() => this.#start(repositoryId));
    this.#indexes.set(repositoryId, index);
    return index;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#indexes.values()].map((index) => index.close()));
  }

  #start(repositoryId: string): SqliteSharedChunkIndex {
    mkdirSync(this.#folder, { recursive: true });
    return new SqliteSharedChunkIndex({
      path: join(this.#folder, `${repositoryId}.db`),
      onFailure: (error) => this.#logger.warn('shared-chunks.failed', { repositoryId, error }),
    });
  }
}
