import type { AuthorityRecords, StoredAuthority } from '../../../ports/records.ts';
import type { Db } from '../db.ts';

const select = 'SELECT id, certificate_pem, sealed_private_key FROM certificate_authorities';

export function makeAuthorityRecords(db: Db): AuthorityRecords {
  return {
    get: () => db.first<StoredAuthority>(select),
    insertOrGet: (row) => insertOrGet(db, row),
  };
}

async function insertOrGet(db: Db, row: StoredAuthority): Promise<StoredAuthority> {
  await db.rows(
    `INSERT INTO certificate_authorities (id, certificate_pem, sealed_private_key)
      VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
    [row.id, row.certificatePem, row.sealedPrivateKey],
  );
  return (await db.first<StoredAuthority>(select)) ?? row;
}
