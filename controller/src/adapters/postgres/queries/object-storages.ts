import type { ObjectStorage } from '../../../domain/resources.ts';
import type { NamedRecords, NewObjectStorage } from '../../../ports/records.ts';
import type { Db } from '../db.ts';
import { insertRow, makeNamedQueries } from './named.ts';

export function makeObjectStorageRecords(db: Db): NamedRecords<ObjectStorage, NewObjectStorage> {
  return {
    ...makeNamedQueries<ObjectStorage>(db, {
      table: 'object_storages',
      usersSql: `SELECT 'repository "' || name || '"' AS name FROM repositories
        WHERE object_storage_id = $1 AND deleted_at IS NULL ORDER BY name`,
      wipe: ', sealed_account_key = NULL',
    }),
    insert: (row) => insertObjectStorage(db, row),
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
