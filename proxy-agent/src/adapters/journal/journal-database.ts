import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { AppError } from '@firn/shared/errors/app-error';
import type {
  JournalChange,
  JournalledAssignment,
  JournalledEvent,
  SessionKey,
} from '../../ports/journal.ts';

const schema = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE IF NOT EXISTS assignments (
    session_id TEXT PRIMARY KEY, attempt INTEGER NOT NULL, payload BLOB NOT NULL,
    ended INTEGER NOT NULL DEFAULT 0, next_sequence INTEGER NOT NULL DEFAULT 1
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS events (
    position INTEGER PRIMARY KEY AUTOINCREMENT, session_id TEXT NOT NULL,
    attempt INTEGER NOT NULL, sequence INTEGER NOT NULL, ends INTEGER NOT NULL,
    payload BLOB NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS events_of_session ON events (session_id, sequence);
  CREATE TABLE IF NOT EXISTS notes (
    session_id TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL,
    PRIMARY KEY (session_id, key)
  ) STRICT, WITHOUT ROWID;
`;

interface AssignmentRow {
  readonly attempt: number;
  readonly ended: number;
  readonly next_sequence: number;
}

/**
 * The journal's tables. Synchronous: it runs on the journal's thread, inside a
 * transaction that the thread opens around several calls. Every call checks
 * before it writes, so a refused call leaves nothing behind.
 */
export class JournalDatabase {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /** @param path a file; made with its tables when it is not there */
  constructor(path: string) {
    this.#db = new DatabaseSync(path, { timeout: 5000 });
    this.#db.exec(schema);
  }

  transaction<Result>(run: () => Result): Result {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const result = run();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  accept({ sessionId, attempt, payload }: Omit<JournalledAssignment, 'ended'>): void {
    const known = this.#assignment(sessionId);
    if (known !== undefined && known.attempt > attempt) throw lost({ sessionId, attempt });
    if (known?.attempt === attempt) {
      this.#run('UPDATE assignments SET payload = ? WHERE session_id = ?', payload, sessionId);
      return;
    }
    this.#run('DELETE FROM events WHERE session_id = ? AND ends = 1', sessionId);
    this.#run(
      `UPDATE events SET attempt = ?1, sequence = renumbered.n
       FROM (SELECT position AS p, row_number() OVER (ORDER BY position) AS n
             FROM events WHERE session_id = ?2) AS renumbered
       WHERE position = renumbered.p`,
      attempt,
      sessionId,
    );
    this.#run(
      `INSERT OR REPLACE INTO assignments (session_id, attempt, payload, next_sequence)
       VALUES (?1, ?2, ?3, 1 + (SELECT count(*) FROM events WHERE session_id = ?1))`,
      sessionId,
      attempt,
      payload,
    );
  }

  assignments(): JournalledAssignment[] {
    const rows = this.#statement(
      'SELECT session_id, attempt, payload, ended FROM assignments ORDER BY session_id',
    ).all();
    return rows.map((row) => ({
      sessionId: row['session_id'] as string,
      attempt: row['attempt'] as number,
      payload: row['payload'] as Uint8Array,
      ended: row['ended'] === 1,
    }));
  }

  write(session: SessionKey, change: JournalChange): void {
    const known = this.#assignment(session.sessionId);
    if (known?.attempt !== session.attempt || known.ended === 1) throw lost(session);
    const events = change.events ?? [];
    for (const [index, payload] of events.entries()) {
      this.#run(
        `INSERT INTO events (session_id, attempt, sequence, ends, payload) VALUES (?, ?, ?, ?, ?)`,
        session.sessionId,
        session.attempt,
        known.next_sequence + index,
        change.ends === true && index === events.length - 1 ? 1 : 0,
        payload,
      );
    }
    this.#run(
      'UPDATE assignments SET next_sequence = ?, ended = ? WHERE session_id = ?',
      known.next_sequence + events.length,
      change.ends === true ? 1 : 0,
      session.sessionId,
    );
    this.#writeNotes(session.sessionId, change);
  }

  note(sessionId: string, key: string): Uint8Array | undefined {
    const row = this.#statement('SELECT value FROM notes WHERE session_id = ? AND key = ?').get(
      sessionId,
      key,
    );
    return row?.['value'] as Uint8Array | undefined;
  }

  notes(sessionId: string, prefix: string): Map<string, Uint8Array> {
    const rows = this.#statement(
      `SELECT key, value FROM notes
       WHERE session_id = ?1 AND substr(key, 1, length(?2)) = ?2 ORDER BY key`,
    ).all(sessionId, prefix);
    return new Map(rows.map((row) => [row['key'] as string, row['value'] as Uint8Array]));
  }

  events(afterPosition: number, limit: number): JournalledEvent[] {
    const rows = this.#statement(
      `SELECT position, session_id, attempt, sequence, payload FROM events
       WHERE position > ? ORDER BY position LIMIT ?`,
    ).all(afterPosition, limit);
    return rows.map((row) => ({
      position: row['position'] as number,
      sessionId: row['session_id'] as string,
      attempt: row['attempt'] as number,
      sequence: row['sequence'] as number,
      payload: row['payload'] as Uint8Array,
    }));
  }

  acknowledge({ sessionId, attempt }: SessionKey, upTo: number): boolean {
    const known = this.#assignment(sessionId);
    if (known?.attempt !== attempt) return false;
    this.#run('DELETE FROM events WHERE session_id = ? AND sequence <= ?', sessionId, upTo);
    const complete = known.ended === 1 && upTo >= known.next_sequence - 1;
    if (complete) this.#remove(sessionId);
    return complete;
  }

  forget({ sessionId, attempt }: SessionKey): void {
    if (this.#assignment(sessionId)?.attempt === attempt) this.#remove(sessionId);
  }

  close(): void {
    this.#db.close();
  }

  #writeNotes(sessionId: string, change: JournalChange): void {
    for (const [key, value] of Object.entries(change.put ?? {})) {
      this.#run(
        'INSERT OR REPLACE INTO notes (session_id, key, value) VALUES (?, ?, ?)',
        sessionId,
        key,
        value,
      );
    }
    for (const key of change.remove ?? []) {
      this.#run('DELETE FROM notes WHERE session_id = ? AND key = ?', sessionId, key);
    }
  }

  #remove(sessionId: string): void {
    for (const table of ['events', 'notes', 'assignments']) {
      this.#run(`DELETE FROM ${table} WHERE session_id = ?`, sessionId);
    }
  }

  #assignment(sessionId: string): AssignmentRow | undefined {
    const row = this.#statement(
      'SELECT attempt, ended, next_sequence FROM assignments WHERE session_id = ?',
    ).get(sessionId);
    return row as AssignmentRow | undefined;
  }

  #run(sql: string, ...values: (string | number | Uint8Array)[]): void {
    this.#statement(sql).run(...values);
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

function lost({ sessionId, attempt }: SessionKey): AppError {
  return new AppError(
    'E_ASSIGNMENT_LOST',
    `attempt ${attempt} of session ${sessionId} is not held by the journal`,
    { context: { sessionId, attempt } },
  );
}
