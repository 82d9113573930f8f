import type { RunEntry } from '@firn/shared/repository/run/run-layout';
import type { AddResult, BeginState, BegunState } from '../../ports/browse-cache.ts';
import { RowWriter } from './row-writer.ts';
import type { SqlRow, Statements } from './statements.ts';

/** A state that was used within this time is not taken over by another one of its object. */
const inUseMs = 10 * 60_000;
/** Of the items that the cache holds, when there is no room. */
const shareGivenUp = 0.1;
const dayMs = 24 * 60 * 60_000;
/** What nobody used for so long is forgotten. */
const idleMs = 30 * dayMs;

export interface HeldObjectsOptions {
  readonly sql: Statements;
  readonly bytesMax: number;
  /** Never the same in one process, whatever becomes of the file. */
  readonly newBuildId: () => number;
}

interface Build {
  /** Row of the object. */
  readonly id: number;
  readonly writer: RowWriter;
  readonly keepFromMs: number;
}

/** The objects that the cache holds, and those that are being built. */
export class HeldObjects {
  readonly #sql: Statements;
  readonly #bytesMax: number;
  readonly #newBuildId: () => number;
  readonly #builds = new Map<number, Build>();

  /** What an earlier process did not finish is forgotten. */
  constructor({ sql, bytesMax, newBuildId }: HeldObjectsOptions) {
    this.#sql = sql;
    this.#bytesMax = bytesMax;
    this.#newBuildId = newBuildId;
    for (const row of sql.all('SELECT id FROM objects WHERE building = 1')) this.#remove(idOf(row));
  }

  ready(repositoryId: string, states: readonly string[], nowMs: number): Set<string> {
    const chosen = 'repository = ? AND building = 0 AND state IN (SELECT value FROM json_each(?))';
    const asked = [repositoryId, JSON.stringify(states)] as const;
    this.#sql.run(`UPDATE objects SET used_at = ? WHERE ${chosen}`, nowMs, ...asked);
    const rows = this.#sql.all(`SELECT state FROM objects WHERE ${chosen}`, ...asked);
    return new Set(rows.map((row) => String(row['state'])));
  }

  begin(wanted: BeginState): BegunState {
    this.#forgetIdle(wanted.nowMs);
    this.#forgetBuilds(wanted);
    const older = wanted.afresh ? undefined : this.#olderState(wanted);
    const id = older?.id ?? this.#insert(wanted);
    if (older !== undefined) {
      this.#sql.run(
        'UPDATE objects SET state = ?, levels = ?, building = 1, used_at = ? WHERE id = ?',
        wanted.state,
        JSON.stringify(wanted.levels),
        wanted.nowMs,
        id,
      );
    }
    const writer = new RowWriter(this.#sql, id);
    const buildId = this.#newBuildId();
    this.#builds.set(buildId, { id, writer, keepFromMs: wanted.keepFromMs });
    return { buildId, heldLevels: older?.levels ?? 0 };
  }

  add(buildId: number, rows: readonly RunEntry[]): AddResult {
    const build = this.#builds.get(buildId);
    if (build === undefined) return 'gone';
    for (const row of rows) if (!build.writer.write(row)) return 'start-over';
    return this.#makeRoom(build) ? 'added' : 'full';
  }

  end(buildId: number): boolean {
    const build = this.#builds.get(buildId);
    if (build === undefined) return false;
    this.#builds.delete(buildId);
    this.#sql.run('UPDATE objects SET building = 0 WHERE id = ?', build.id);
    return true;
  }

  abandon(buildId: number): void {
    const build = this.#builds.get(buildId);
    if (build !== undefined) this.#drop(build.id);
  }

  forget(repositoryId: string, objectIds: readonly string[]): void {
    const rows = this.#sql.all(
      `SELECT id FROM objects
       WHERE repository = ? AND object IN (SELECT value FROM json_each(?))`,
      repositoryId,
      JSON.stringify(objectIds),
    );
    for (const row of rows) this.#drop(idOf(row));
    if (rows.length > 0) this.#mergeTexts();
  }

  /** Else the index of texts keeps what was deleted until it is merged some day. */
  #mergeTexts(): void {
    this.#sql.run("INSERT INTO texts (texts) VALUES ('optimize')");
  }

  #insert({ repositoryId, jobId, objectId, state, levels, nowMs }: BeginState): number {
    return this.#sql.run(
      `INSERT INTO objects (repository, job, object, state, levels, building, used_at)
       VALUES (?, ?, ?, ?, ?, 1, ?)`,
      repositoryId,
      jobId,
      objectId,
      state,
      JSON.stringify(levels),
      nowMs,
    );
  }

  /** One whose levels are the oldest of the wanted ones, and that nobody looks into now. */
  #olderState({ repositoryId, jobId, objectId, levels, nowMs }: BeginState) {
    const rows = this.#sql.all(
      `SELECT id, levels FROM objects
       WHERE repository = ? AND job = ? AND object = ? AND building = 0 AND used_at <= ?`,
      repositoryId,
      jobId,
      objectId,
      nowMs - inUseMs,
    );
    for (const row of rows) {
      const held = JSON.parse(String(row['levels'])) as unknown[];
      const oldest = held.length === 0 ? [] : levels.slice(-held.length);
      if (held.length > 0 && JSON.stringify(oldest) === JSON.stringify(held)) {
        return { id: idOf(row), levels: held.length };
      }
    }
    return undefined;
  }

  /** A state is built by one at a time: who begins again has given the first one up. */
  #forgetBuilds({ repositoryId, state }: BeginState): void {
    const rows = this.#sql.all(
      'SELECT id FROM objects WHERE repository = ? AND state = ?',
      repositoryId,
      state,
    );
    for (const row of rows) this.#drop(idOf(row));
  }

  #forgetIdle(nowMs: number): void {
    const rows = this.#sql.all(
      'SELECT id FROM objects WHERE building = 0 AND used_at < ?',
      nowMs - idleMs,
    );
    for (const row of rows) this.#remove(idOf(row));
  }

  /** False: the cache is larger than it may be, and nothing is left to give up. */
  #makeRoom(build: Build): boolean {
    while (this.#sizeBytes() > this.#bytesMax) {
      if (!this.#giveUpShare(build)) return false;
      this.#mergeTexts();
    }
    return true;
  }

  /** A part of all items, of what was used longest ago: merging the index is dear. */
  #giveUpShare({ id, keepFromMs }: Build): boolean {
    const itemsToGo = this.#sql.number('SELECT count(*) FROM items') * shareGivenUp;
    let gone = 0;
    while (gone < itemsToGo) {
      const oldest = this.#sql.one(
        `SELECT id FROM objects WHERE building = 0 AND id <> ? AND used_at < ?
         ORDER BY used_at LIMIT 1`,
        id,
        keepFromMs,
      );
      if (oldest === undefined) return gone > 0;
      const itemsOf = 'SELECT count(*) FROM items WHERE object_id = ?';
      gone += Math.max(1, this.#sql.number(itemsOf, idOf(oldest)));
      this.#remove(idOf(oldest));
    }
    return true;
  }

  #sizeBytes(): number {
    const pages = this.#sql.number('PRAGMA page_count') - this.#sql.number('PRAGMA freelist_count');
    return pages * this.#sql.number('PRAGMA page_size');
  }

  #drop(id: number): void {
    for (const [buildId, build] of this.#builds) if (build.id === id) this.#builds.delete(buildId);
    this.#remove(id);
  }

  #remove(id: number): void {
    this.#sql.run(
      'DELETE FROM texts WHERE rowid IN (SELECT id FROM items WHERE object_id = ?)',
      id,
    );
    for (const table of ['items', 'folders']) {
      this.#sql.run(`DELETE FROM ${table} WHERE object_id = ?`, id);
    }
    this.#sql.run('DELETE FROM objects WHERE id = ?', id);
  }
}

function idOf(row: SqlRow): number {
  return Number(row['id']);
}
