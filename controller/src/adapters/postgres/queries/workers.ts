import type { EnrollmentToken, Worker, WorkerCertificate } from '../../../domain/worker.ts';
import type { NewEnrollmentToken, WorkerRecords } from '../../../ports/worker-records.ts';
import type { Db } from '../db.ts';
import { selectPage } from '../page.ts';
import { keyColumn } from './named.ts';
import { openStatesSql } from './session-columns.ts';

const select = `SELECT w.*, (SELECT max(c.expires_at) FROM worker_certificates c
  WHERE c.worker_id = w.id) AS certificate_expires_at FROM workers w`;

export function makeWorkerRecords(db: Db): WorkerRecords {
  return {
    insert: async ({ id, kind, name }) => {
      await db.rows('INSERT INTO workers (id, kind, name) VALUES ($1, $2, $3)', [id, kind, name]);
    },
    get: (id) => db.first<Worker>(`${select} WHERE w.id = $1`, [id]),
    findProxy: (idOrName) =>
      db.first<Worker>(
        `${select} WHERE w.kind = 'proxy' AND w.revoked_at IS NULL
          AND w.${keyColumn(idOrName)} = $1`,
        [idOrName],
      ),
    listProxies: (page) =>
      selectPage<Worker>(db, {
        select,
        order: 'w.position',
        direction: 'ASC',
        where: [{ sql: `w.kind = 'proxy' AND w.revoked_at IS NULL`, values: [] }],
        page,
      }),
    usersOf: (id) => usersOf(db, id),
    connect: (id, link) => connect(db, id, link),
    touch: async (id) => {
      await db.rows('UPDATE workers SET last_seen_at = now() WHERE id = $1', [id]);
    },
    revoke: async (id) => {
      await db.rows('UPDATE workers SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL', [
        id,
      ]);
    },
    ...makeEnrollmentQueries(db),
    ...makeCertificateQueries(db),
  };
}

async function usersOf(db: Db, id: string): Promise<readonly string[]> {
  const rows = await db.rows<{ name: string }>(
    `SELECT 'repository "' || name || '"' AS name FROM repositories
        WHERE proxy_id = $1 AND deleted_at IS NULL
      UNION ALL SELECT 'session ' || id FROM sessions
        WHERE proxy_id = $1 AND kind = 'storage-test' AND state IN (${openStatesSql})
      ORDER BY name`,
    [id],
  );
  return rows.map(({ name }) => name);
}

/**
 * An incarnation that was superseded before stays superseded: it is a process
 * that was replaced and came back, and gets no new link epoch.
 */
async function connect(
  db: Db,
  id: string,
  { incarnation, version }: { incarnation: string; version: string },
): Promise<Worker | undefined> {
  await db.rows(
    `UPDATE workers SET
        link_epoch = link_epoch + 1,
        past_incarnations = CASE
          WHEN incarnation IS NULL OR incarnation = $2 THEN past_incarnations
          ELSE past_incarnations || incarnation END,
        incarnation = $2, version = $3, last_seen_at = now()
      WHERE id = $1 AND revoked_at IS NULL AND NOT ($2 = ANY (past_incarnations))`,
    [id, incarnation, version],
  );
  return db.first<Worker>(`${select} WHERE w.id = $1 AND w.revoked_at IS NULL`, [id]);
}

type EnrollmentQueries = Pick<WorkerRecords, 'insertToken' | 'lockToken' | 'useToken'>;

function makeEnrollmentQueries(db: Db): EnrollmentQueries {
  return {
    insertToken: (token) => insertToken(db, token),
    lockToken: (tokenHash) =>
      db.first<EnrollmentToken>(
        `SELECT *, expires_at <= now() AS expired,
            coalesce(used_at > now() - interval '10 minutes', false) AS used_recently
          FROM enrollment_tokens WHERE token_hash = $1 FOR UPDATE`,
        [tokenHash],
      ),
    useToken: async (tokenHash, publicKeyHash) => {
      await db.rows(
        `UPDATE enrollment_tokens SET used_at = now(), used_public_key_hash = $2
          WHERE token_hash = $1`,
        [tokenHash, publicKeyHash],
      );
    },
  };
}

async function insertToken(db: Db, token: NewEnrollmentToken): Promise<{ expiresAt: string }> {
  const row = await db.first<{ expiresAt: string }>(
    `INSERT INTO enrollment_tokens (token_hash, worker_kind, worker_name, worker_id, expires_at)
      VALUES ($1, $2, $3, $4, now() + $5 * interval '1 millisecond') RETURNING expires_at`,
    [token.tokenHash, token.workerKind, token.workerName, token.workerId, token.lifeMs],
  );
  return row as { expiresAt: string };
}

type CertificateQueries = Pick<
  WorkerRecords,
  'insertCertificate' | 'certificateByKey' | 'certificateBySerial'
>;

function makeCertificateQueries(db: Db): CertificateQueries {
  return {
    insertCertificate: async (row) => {
      await db.rows(
        `INSERT INTO worker_certificates
            (serial_number, worker_id, public_key_hash, certificate_pem, expires_at)
          VALUES ($1, $2, $3, $4, $5)`,
        [row.serialNumber, row.workerId, row.publicKeyHash, row.certificatePem, row.expiresAt],
      );
    },
    certificateByKey: (workerId, publicKeyHash) =>
      db.first<WorkerCertificate>(
        `SELECT * FROM worker_certificates
          WHERE worker_id = $1 AND public_key_hash = $2 AND expires_at > now()
          ORDER BY created_at DESC LIMIT 1`,
        [workerId, publicKeyHash],
      ),
    certificateBySerial: (serialNumber) =>
      db.first<WorkerCertificate>(
        'SELECT * FROM worker_certificates WHERE serial_number = $1 AND expires_at > now()',
        [serialNumber],
      ),
  };
}
