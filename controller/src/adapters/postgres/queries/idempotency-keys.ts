import type {
  IdempotencyKey,
  IdempotencyRecords,
  IdempotencyState,
} from '../../../ports/records.ts';
import { type Db, json } from '../db.ts';

interface KeyRow {
  readonly requestHash: Uint8Array;
  readonly status: number | null;
  readonly response: unknown;
}

export function makeIdempotencyRecords(db: Db): IdempotencyRecords {
  return {
    begin: (key, requestHash) => begin(db, key, requestHash),
    finish: async ({ tokenId, operation, key }, status, response) => {
      await db.rows(
        `UPDATE idempotency_keys SET status = $4, response = $5
          WHERE token_id = $1 AND operation = $2 AND key = $3`,
        [tokenId, operation, key, status, json(response)],
      );
    },
    forget: async ({ tokenId, operation, key }) => {
      await db.rows(
        `DELETE FROM idempotency_keys
          WHERE token_id = $1 AND operation = $2 AND key = $3 AND status IS NULL`,
        [tokenId, operation, key],
      );
    },
    expire: async () => {
      await db.rows(`DELETE FROM idempotency_keys WHERE created_at < now() - interval '1 day'`);
    },
  };
}

async function begin(
  db: Db,
  { tokenId, operation, key }: IdempotencyKey,
  requestHash: Uint8Array,
): Promise<IdempotencyState> {
  const inserted = await db.rows(
    `INSERT INTO idempotency_keys AS k (token_id, operation, key, request_hash)
      VALUES ($1, $2, $3, $4)
      ON CONFLICT (token_id, operation, key) DO UPDATE SET created_at = now()
        WHERE k.status IS NULL AND k.request_hash = excluded.request_hash
          AND k.created_at < now() - interval '1 minute'
      RETURNING k.key`,
    [tokenId, operation, key, requestHash],
  );
  if (inserted.length > 0) return { state: 'new' };
  const row = await db.first<KeyRow>(
    `SELECT request_hash, status, response FROM idempotency_keys
      WHERE token_id = $1 AND operation = $2 AND key = $3`,
    [tokenId, operation, key],
  );
  if (row === undefined) return { state: 'unfinished' };
  if (!Buffer.from(row.requestHash).equals(requestHash)) return { state: 'other-request' };
  if (row.status === null) return { state: 'unfinished' };
  return { state: 'answered', status: row.status, response: row.response };
}
