import type { Repository } from '../../../domain/resources.ts';
import type { ChangedHeader, NewRepository, RepositoryRecords } from '../../../ports/records.ts';
import { type Db, json } from '../db.ts';
import { insertRow, makeNamedQueries } from './named.ts';

const usersSql = `
  SELECT 'job "' || name || '"' AS name FROM jobs
    WHERE repository_id = $1 AND deleted_at IS NULL
  UNION ALL
  SELECT 'copy job "' || name || '"' FROM copy_jobs
    WHERE repository_id = $1 AND deleted_at IS NULL
  UNION ALL
  SELECT kind || ' session ' || id FROM sessions
    WHERE repository_id = $1
      AND state IN ('queued', 'assigned', 'running', 'lost', 'stopping')
  UNION ALL
  SELECT 'retrieval ' || id FROM retrievals
    WHERE repository_id = $1 AND state <> 'expired'
  ORDER BY name`;

export function makeRepositoryRecords(db: Db): RepositoryRecords {
  return {
    ...makeNamedQueries<Repository>(db, {
      table: 'repositories',
      usersSql,
      wipe: `, sealed_root_key = '', sealed_next_root_key = NULL`,
    }),
    insert: (row) => insertRepository(db, row),
    setRetention: async (id, retention) => {
      await db.rows('UPDATE repositories SET retention = $2 WHERE id = $1', [id, json(retention)]);
    },
    dueForRetention: (everyMs) =>
      db.rows(
        `SELECT r.id, r.proxy_id FROM repositories r
          JOIN object_storages o ON o.id = r.object_storage_id
          LEFT JOIN LATERAL (SELECT max(s.created_at) AS at FROM sessions s
            WHERE s.repository_id = r.id AND s.kind = 'retention'
              AND coalesce((s.details->>'dryRun')::boolean, false) = false) last ON true
          WHERE r.deleted_at IS NULL AND r.state = 'ready'
            AND greatest(last.at, r.created_at) < now() - $1 * interval '1 millisecond'
            AND EXISTS (SELECT 1 FROM sessions s
              WHERE s.repository_id = r.id AND s.kind IN ('backup', 'copy')
                AND s.ended_at > coalesce(last.at, r.created_at) - CASE o.storage_class
                  WHEN 'hot' THEN interval '0' ELSE interval '40 days' END)
          ORDER BY r.position`,
        [everyMs],
      ),
    setState: async (id, state) => {
      await db.rows('UPDATE repositories SET state = $2 WHERE id = $1', [id, state]);
    },
    setNextRootKey: async (id, sealed) => {
      const sql = 'UPDATE repositories SET sealed_next_root_key = $2 WHERE id = $1';
      await db.rows(sql, [id, sealed]);
    },
    setHeader: (id, changed) => setHeader(db, id, changed),
    packSizeMib: async (id) => {
      const sql = 'SELECT max(pack_size_mib) AS size FROM copy_jobs WHERE repository_id = $1';
      const [row] = await db.rows<{ size: number | null }>(sql, [id]);
      return row?.size ?? undefined;
    },
    copiesOf: (id) => db.rows(copiesSql, [id]),
    setLogHead: (id, head, digest) => setLogHead(db, id, head, digest),
  };
}

function insertRepository(db: Db, row: NewRepository): Promise<Repository> {
  return insertRow(db, 'repositories', {
    id: row.id,
    name: row.name,
    proxy_id: row.proxyId,
    object_storage_id: row.objectStorageId,
    state: 'initializing',
    encrypted: row.encrypted,
    retention: json(row.retention),
    immutability: row.immutability,
    header: row.header,
    sealed_root_key: row.sealedRootKey,
  });
}

const copiesSql = `
  SELECT c.name AS copy_job, c.repository_id, r.name AS repository
    FROM copy_jobs c JOIN jobs j ON j.id = c.job_id JOIN repositories r ON r.id = c.repository_id
    WHERE j.repository_id = $1 ORDER BY c.name`;

async function setHeader(db: Db, id: string, changed: ChangedHeader): Promise<void> {
  const { header, encrypted, takesNextRootKey } = changed;
  await db.rows('UPDATE repositories SET header = $2, encrypted = $3 WHERE id = $1', [
    id,
    header,
    encrypted,
  ]);
  if (!takesNextRootKey) return;
  await db.rows(
    `UPDATE repositories SET sealed_root_key = sealed_next_root_key, sealed_next_root_key = NULL
      WHERE id = $1 AND sealed_next_root_key IS NOT NULL`,
    [id],
  );
}

async function setLogHead(db: Db, id: string, head: number, digest: Uint8Array): Promise<void> {
  await db.rows(
    `UPDATE repositories SET log_head = $2, log_digest = $3
      WHERE id = $1 AND coalesce(log_head, -1) < $2`,
    [id, head, digest],
  );
}
