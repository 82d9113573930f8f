import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@firn/shared/errors/app-error';
import type { Pool, PoolClient } from 'pg';
import { toAppError } from './postgres-errors.ts';

interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

// Any number: two controllers that start at once take turns by it.
const advisoryLock = 0x6669_726e;

/**
 * Applies the migrations of folder (`0001-name.sql`, …) that the database does
 * not have, all in one transaction. Refuses a database that a newer controller
 * migrated (E_DATABASE_NEWER), and one that was made by other migrations of
 * the same numbers (E_DATABASE_MIGRATION_CHANGED).
 * @returns the numbers that were applied
 */
export async function migrate(pool: Pool, folder: string): Promise<number[]> {
  const migrations = await readMigrations(folder);
  const client = await pool.connect().catch((error: unknown) => {
    throw toAppError(error);
  });
  try {
    await client.query('BEGIN');
    const applied = await applyMissing(client, migrations);
    await client.query('COMMIT');
    return applied;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw toAppError(error);
  } finally {
    client.release();
  }
}

async function applyMissing(
  client: PoolClient,
  migrations: readonly Migration[],
): Promise<number[]> {
  await client.query('SELECT pg_advisory_xact_lock($1)', [advisoryLock]);
  await client.query(
    `CREATE TABLE IF NOT EXISTS schema_migrations (
      number integer PRIMARY KEY,
      name text NOT NULL,
      checksum text NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT now()
    )`,
  );
  const { rows } = await client.query<{ number: number; checksum: string }>(
    'SELECT number, checksum FROM schema_migrations ORDER BY number',
  );
  const checksums = new Map(rows.map((row) => [row.number, row.checksum]));
  assertNotNewer([...checksums.keys()], migrations);
  const missing = migrations.filter((migration) => isMissing(migration, checksums));
  for (const { number, name, sql, checksum } of missing) {
    await client.query(sql);
    await client.query(
      'INSERT INTO schema_migrations (number, name, checksum) VALUES ($1, $2, $3)',
      [number, name, checksum],
    );
  }
  return missing.map(({ number }) => number);
}

function assertNotNewer(applied: readonly number[], migrations: readonly Migration[]): void {
  const newest = migrations.at(-1)?.number ?? 0;
  const newer = applied.find((number) => number > newest);
  if (newer === undefined) return;
  throw new AppError(
    'E_DATABASE_NEWER',
    `the database has migration ${newer}, this controller knows up to ${newest}`,
  );
}

function isMissing(migration: Migration, checksums: ReadonlyMap<number, string>): boolean {
  const checksum = checksums.get(migration.number);
  if (checksum === undefined) return true;
  if (checksum === migration.checksum) return false;
  throw new AppError(
    'E_DATABASE_MIGRATION_CHANGED',
    `migration ${migration.name} was applied with other content`,
  );
}

async function readMigrations(folder: string): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}-.+\.sql$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join(folder, name), 'utf8');
      const checksum = createHash('sha256').update(sql).digest('hex');
      return { number: Number(name.slice(0, 4)), name, sql, checksum };
    }),
  );
}
