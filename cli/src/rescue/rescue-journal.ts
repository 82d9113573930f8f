import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { AppError } from '@firn/shared/errors/app-error';
import { shortHash } from './safe-name.ts';

/** The file of an item, whole when it was noted. */
export interface JournalledFile {
  readonly itemId: string;
  /** Below the target. */
  readonly path: string;
  readonly size: number;
  /** SHA-256 of what was written, hex. */
  readonly digest: string;
}

/** One process at a time, also on shares that know no shared memory. */
const schema = `
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS files (
    position INTEGER PRIMARY KEY, itemId TEXT NOT NULL UNIQUE, path TEXT NOT NULL,
    folded TEXT NOT NULL, size INTEGER NOT NULL, digest TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS filesByFolded ON files (folded);
`;

/** A kill forgets so many files at most: they are written again, under the same names. */
const notesAtOnce = 256;
const pageFiles = 1_000;

/**
 * Which item of one object went into which file: what a restore that goes on
 * needs to know, and what is verified in the end. It lies on disk: what is held
 * in memory does not grow with the items. E_RESCUE_TARGET_UNUSABLE
 */
export class RescueJournal {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #notes = 0;

  private constructor(database: DatabaseSync) {
    this.#database = database;
  }

  static async open(target: string, pointId: string, objectId: string): Promise<RescueJournal> {
    const folder = join(target, '.firn-rescue');
    const path = join(folder, `${shortHash(`${pointId}\n${objectId}`)}.sqlite`);
    try {
      await mkdir(folder, { recursive: true });
      const database = new DatabaseSync(path);
      database.exec(schema);
      return new RescueJournal(database);
    } catch (error) {
      throw unusable(path, error);
    }
  }

  of(itemId: string): Pick<JournalledFile, 'path' | 'size'> | undefined {
    const row = this.#statement('SELECT path, size FROM files WHERE itemId = ?').get(itemId);
    return row && { path: String(row['path']), size: Number(row['size']) };
  }

  /** By an item, where case makes no difference. */
  isTaken(path: string): boolean {
    const statement = this.#statement('SELECT 1 FROM files WHERE folded = ?');
    return statement.get(path.toLowerCase()) !== undefined;
  }

  note({ itemId, path, size, digest }: JournalledFile): void {
    this.#change(
      `INSERT INTO files (itemId, path, folded, size, digest) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET size = excluded.size, digest = excluded.digest`,
      ...[itemId, path, path.toLowerCase(), size, digest],
    );
  }

  /** The item's file is to be written again. */
  forget(itemId: string): void {
    this.#change('DELETE FROM files WHERE itemId = ?', itemId);
  }

  /** In the order in which they were written first. */
  *files(): Generator<JournalledFile> {
    let after = 0;
    for (let page = this.#page(after); page.length > 0; page = this.#page(after)) {
      for (const { position, itemId, path, size, digest } of page) {
        after = Number(position);
        yield {
          ...{ itemId: String(itemId), path: String(path) },
          ...{ size: Number(size), digest: String(digest) },
        };
      }
    }
  }

  close(): void {
    try {
      this.#writing(() => this.#commit());
    } finally {
      this.#database.close();
    }
  }

  #page(after: number) {
    const sql = 'SELECT * FROM files WHERE position > ? ORDER BY position LIMIT ?';
    return this.#statement(sql).all(after, pageFiles);
  }

  #change(sql: string, ...values: (string | number)[]): void {
    this.#writing(() => {
      if (this.#notes === 0) this.#database.exec('BEGIN');
      this.#statement(sql).run(...values);
      this.#notes += 1;
      if (this.#notes >= notesAtOnce) this.#commit();
    });
  }

  #writing(write: () => void): void {
    try {
      write();
    } catch (error) {
      throw unusable(this.#database.location() ?? 'the journal', error);
    }
  }

  #commit(): void {
    if (this.#notes > 0) this.#database.exec('COMMIT');
    this.#notes = 0;
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql) ?? this.#database.prepare(sql);
    this.#statements.set(sql, known);
    return known;
  }
}

function unusable(path: string, error: unknown): AppError {
  const why = error instanceof Error ? error.message : String(error);
  const message = why.includes('locked') ? `another restore is using it` : why;
  return new AppError('E_RESCUE_TARGET_UNUSABLE', `${path}: ${message}`, { cause: error });
}
