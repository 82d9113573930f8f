import { mkdirSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AppError } from '@firn/shared/errors/app-error';
import { HeldObjects } from './held-objects.ts';
import { connectionSettings, schema, schemaVersion } from './schema.ts';
import { Statements } from './statements.ts';

export interface CacheFile {
  readonly path: string;
  /** At most so large, while a state is not being built. */
  readonly bytesMax: number;
}

export interface OpenCache {
  readonly sql: Statements;
  readonly held: HeldObjects;
}

interface OpenFile extends OpenCache {
  readonly db: DatabaseSync;
  /** Of the file that was opened: another one may lie at its path by now. */
  readonly inode: number;
}

/**
 * The file of the browse cache. Whatever is wrong with it (garbage, another
 * version, a full disk, deleted under our feet) it is made anew, empty.
 */
export class CacheDatabase {
  readonly #file: CacheFile;
  #open: OpenFile | undefined;
  #nextBuildId = 1;

  constructor(file: CacheFile) {
    this.#file = file;
  }

  /** Runs in one transaction; on an error once more, on an empty cache. E_BROWSE_CACHE_FAILED */
  run<Result>(work: (cache: OpenCache) => Result): Result {
    try {
      return this.#transaction(work);
    } catch {
      this.#discard();
    }
    try {
      return this.#transaction(work);
    } catch (cause) {
      this.#discard();
      const { path } = this.#file;
      throw new AppError('E_BROWSE_CACHE_FAILED', `the browse cache ${path} cannot be used`, {
        cause,
      });
    }
  }

  /** As run; what it deletes is in none of the cache's files afterwards. */
  purge(work: (cache: OpenCache) => void): void {
    this.run(work);
    // The log still has the pages as they were.
    this.#open?.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  close(): void {
    this.#open?.db.close();
    this.#open = undefined;
  }

  #transaction<Result>(work: (cache: OpenCache) => Result): Result {
    const open = this.#opened();
    open.db.exec('BEGIN IMMEDIATE');
    try {
      const result = work(open);
      open.db.exec('COMMIT');
      return result;
    } catch (error) {
      if (open.db.isTransaction) open.db.exec('ROLLBACK');
      throw error;
    }
  }

  #opened(): OpenFile {
    const { path } = this.#file;
    if (this.#open !== undefined && inodeOf(path) !== this.#open.inode) this.#discard();
    this.#open ??= this.#openFile();
    return this.#open;
  }

  #openFile(): OpenFile {
    const { path, bytesMax } = this.#file;
    mkdirSync(dirname(path), { recursive: true });
    let db = new DatabaseSync(path, { timeout: 5_000 });
    try {
      if (versionOf(db) !== schemaVersion) {
        db.close();
        deleteFiles(path);
        db = new DatabaseSync(path, { timeout: 5_000 });
      }
      db.exec(connectionSettings);
      if (versionOf(db) !== schemaVersion) db.exec(schema);
      const sql = new Statements(db);
      const newBuildId = () => this.#nextBuildId++;
      const held = new HeldObjects({ sql, bytesMax, newBuildId });
      return { db, sql, held, inode: inodeOf(path) };
    } catch (error) {
      if (db.isOpen) db.close();
      throw error;
    }
  }

  #discard(): void {
    try {
      this.close();
    } catch {
      // It goes away with the file.
      this.#open = undefined;
    }
    deleteFiles(this.#file.path);
  }
}

function versionOf(db: DatabaseSync): number {
  return Number(db.prepare('PRAGMA user_version').get()?.['user_version']);
}

function inodeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.ino ?? -1;
}

function deleteFiles(path: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
}
