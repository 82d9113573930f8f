import type { Repository } from '../../../domain/resources.ts';
import type { NewRepository, RepositoryRecords } from '../../../ports/records.ts';
import type { Db } from '../db.ts';
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
      wipe: `, sealed_root_key = ''`,
    }),
    insert: (row) => insertRepository(db, row),
    setState: async (id, state) => {
      await db.rows('UPDATE repositories SET state = $2 WHERE id = $1', [id, state]);
    },
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
    retention_type: row.retentionType,
    retention_days: row.retentionDays,
    immutability: row.immutability,
    header: row.header,
    sealed_root_key: row.sealedRootKey,
  });
}

async function setLogHead(db: Db, id: string, head: number, digest: Uint8Array): Promise<void> {
  await db.rows(
    `UPDATE repositories SET log_head = $2, log_digest = $3
      WHERE id = $1 AND coalesce(log_head, -1) < $2`,
    [id, head, digest],
  );
}
