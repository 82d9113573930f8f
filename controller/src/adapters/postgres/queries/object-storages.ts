import type { ObjectStorage } from '../../../domain/resources.ts';
import type { Worker } from '../../../domain/worker.ts';
import type { NewObjectStorage, ObjectStorageRecords } from '../../../ports/records.ts';
import type { Db } from '../db.ts';
import { insertRow, makeNamedQueries } from './named.ts';
import { openStatesSql } from './session-columns.ts';

export function makeObjectStorageRecords(db: Db): ObjectStorageRecords {
  return {
    ...makeNamedQueries<ObjectStorage>(db, {
      table: 'object_storages',
      usersSql: `SELECT 'repository "' || name || '"' AS name FROM repositories
          WHERE object_storage_id = $1 AND deleted_at IS NULL
        UNION ALL SELECT 'session ' || id FROM sessions
          WHERE object_storage_id = $1 AND state IN (${openStatesSql})
        ORDER BY name`,
      wipe: ', sealed_account_key = NULL',
    }),
    insert: (row) => insertObjectStorage(db, row),
    proxiesOf: (id) =>
      db.rows<Pick<Worker, 'id' | 'name'>>(
        `SELECT w.id, w.name FROM workers w WHERE w.revoked_at IS NULL AND EXISTS (
            SELECT FROM repositories r WHERE r.proxy_id = w.id
              AND r.object_storage_id = $1 AND r.deleted_at IS NULL)
          ORDER BY w.name`,
        [id],
      ),
  };
}

function insertObjectStorage(db: Db, row: NewObjectStorage): Promise<ObjectStorage> {
  return insertRow(db, 'object_storages', {
    id: row.id,
    name: row.name,
    provider: row.provider,
    endpoint: row.endpoint,
    account_name: row.accountName,
    sealed_account_key: row.sealedAccountKey,
    container: row.container,
    folder: row.folder,
    storage_class: row.storageClass,
    s3: row.s3,
  });
}
