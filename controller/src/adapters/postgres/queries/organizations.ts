import type { Organization } from '../../../domain/resources.ts';
import type { NamedRecords, NewOrganization } from '../../../ports/records.ts';
import type { Db } from '../db.ts';
import { insertRow, makeNamedQueries } from './named.ts';

export function makeOrganizationRecords(db: Db): NamedRecords<Organization, NewOrganization> {
  return {
    ...makeNamedQueries<Organization>(db, {
      table: 'organizations',
      usersSql: `SELECT 'job "' || name || '"' AS name FROM jobs
        WHERE organization_id = $1 AND deleted_at IS NULL ORDER BY name`,
      wipe: `, sealed_private_key = ''`,
    }),
    insert: (row) => insertOrganization(db, row),
  };
}

function insertOrganization(db: Db, row: NewOrganization): Promise<Organization> {
  return insertRow(db, 'organizations', {
    id: row.id,
    name: row.name,
    tenant_id: row.tenantId,
    client_id: row.clientId,
    certificate_pem: row.certificatePem,
    certificate_expires_at: row.certificateExpiresAt,
    sealed_private_key: row.sealedPrivateKey,
    graph_url: row.graphUrl,
    login_url: row.loginUrl,
    ca_pem: row.caPem,
  });
}
