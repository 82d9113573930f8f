import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '@firn/shared/observe/logger';
import { SqliteSharedChunkIndex } from './sqlite-shared-chunk-index.ts';

/** One index of shared contents per repository, in files of a folder; opened when it is first asked for. */
export class SharedChunkFiles {
  readonly #folder: string;
  readonly #logger: Logger;
  readonly #open = new Map<string, SqliteSharedChunkIndex>();

  constructor(folder: string, logger: Logger) {
    this.#folder = folder;
    this.#logger = logger;
  }

  /** @param repositoryId a name of a file */
  open(repositoryId: string): SqliteSharedChunkIndex {
    const known = this.#open.get(repositoryId);
    if (known !== undefined) return known;
    mkdirSync(this.#folder, { recursive: true });
    const index = new SqliteSharedChunkIndex({
      path: join(this.#folder, `${repositoryId}.db`),
      onFailure: (error) => this.#logger.warn('shared-chunks.failed', { repositoryId, error }),
    });
    this.#open.set(repositoryId, index);
    return index;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open.values()].map((index) => index.close()));
  }
}
