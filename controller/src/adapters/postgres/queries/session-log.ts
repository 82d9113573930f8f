import type { Finding, LogEntry } from '../../../domain/session.ts';
import type { SessionRecords } from '../../../ports/session-records.ts';
import { type Db, json } from '../db.ts';
import { equals, selectPage } from '../page.ts';

type LogQueries = Pick<
  SessionRecords,
  'addLog' | 'listLog' | 'logAfter' | 'addFinding' | 'listFindings'
>;

const selectLog =
  'SELECT l.number, l.number AS position, l.at, l.level, l.message FROM session_log l';

export function makeSessionLogQueries(db: Db): LogQueries {
  return {
    addLog: async (sessionId, level, message, at) => {
      const entry = await db.first<LogEntry>(
        `INSERT INTO session_log (session_id, level, message, at)
          VALUES ($1, $2, $3, coalesce($4::timestamptz, now()))
          RETURNING number, at, level, message`,
        [sessionId, level, message, at ?? null],
      );
      return entry as LogEntry;
    },
    listLog: (sessionId, page) =>
      selectPage<LogEntry>(db, {
        select: selectLog,
        order: 'l.number',
        direction: 'ASC',
        where: equals('l.session_id', sessionId),
        page,
      }),
    logAfter: (sessionId, number, limit) =>
      db.rows<LogEntry>(
        `${selectLog} WHERE l.session_id = $1 AND l.number > $2 ORDER BY l.number LIMIT $3`,
        [sessionId, number, limit],
      ),
    addFinding: async (sessionId, finding) => {
      await db.rows(
        `INSERT INTO check_findings (session_id, severity, blob, object_id, items, points, problem)
          VALUES ($1, $2, $3, $4, $5, $6, $7)`,
        [
          sessionId,
          finding.severity,
          finding.blob,
          finding.objectId,
          json(finding.items),
          json(finding.points),
          json(finding.problem),
        ],
      );
    },
    listFindings: (sessionId, page) =>
      selectPage<Finding>(db, {
        select: 'SELECT f.*, f.number AS position FROM check_findings f',
        order: 'f.number',
        direction: 'ASC',
        where: equals('f.session_id', sessionId),
        page,
      }),
  };
}
