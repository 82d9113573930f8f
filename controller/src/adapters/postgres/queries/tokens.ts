import type { ApiToken } from '../../../domain/resources.ts';
import type { NewApiToken, TokenRecords } from '../../../ports/records.ts';
import type { Db } from '../db.ts';
import { selectPage } from '../page.ts';

const select = 'SELECT t.*, coalesce(t.expires_at <= now(), false) AS expired FROM api_tokens t';

export function makeTokenRecords(db: Db): TokenRecords {
  return {
    insert: (row) => insertToken(db, row),
    get: (id) => db.first<ApiToken>(`${select} WHERE t.id = $1`, [id]),
    list: (page) =>
      selectPage<ApiToken>(db, { select, order: 't.position', direction: 'ASC', where: [], page }),
    remove: async (id) => {
      const rows = await db.rows('DELETE FROM api_tokens WHERE id = $1 RETURNING id', [id]);
      return rows.length > 0;
    },
    touch: (id) => touchToken(db, id),
    count: async () => {
      const row = await db.first<{ count: number }>('SELECT count(*) FROM api_tokens');
      return row?.count ?? 0;
    },
  };
}

async function insertToken(db: Db, row: NewApiToken): Promise<ApiToken> {
  const token = await db.first<ApiToken>(
    `INSERT INTO api_tokens (id, name, scope, secret_hash, expires_at)
      VALUES ($1, $2, $3, $4, now() + $5 * interval '1 day')
      RETURNING *, false AS expired`,
    [row.id, row.name, row.scope, row.secretHash, row.expiresInDays],
  );
  return token as ApiToken;
}

async function touchToken(db: Db, id: string): Promise<void> {
  await db.rows(
    `UPDATE api_tokens SET last_used_at = now()
      WHERE id = $1 AND coalesce(last_used_at < now() - interval '1 minute', true)`,
    [id],
  );
}
