import { Client } from 'pg';
import { afterAll } from 'vitest';

/** What a test sets of the clock of its database. */
export interface DatabaseClock {
  /** @param at ISO 8601 */
  set(at: string): Promise<void>;
}

/**
 * Gives a database that is still empty a clock that stands still at this hour until
 * it is set: its own now() comes before Postgres' where functions are looked for.
 */
export async function useDatabaseClock(databaseUrl: string): Promise<DatabaseClock> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  afterAll(() => client.end());
  const name = new URL(databaseUrl).pathname.slice(1);
  for (const statement of [
    'CREATE SCHEMA clock',
    'CREATE TABLE clock.shown (at timestamptz NOT NULL)',
    'INSERT INTO clock.shown VALUES (now())',
    `CREATE FUNCTION clock.now() RETURNS timestamptz LANGUAGE sql STABLE
      AS 'SELECT at FROM clock.shown'`,
    `ALTER DATABASE ${name} SET search_path = public, clock, pg_catalog`,
  ]) {
    await client.query(statement);
  }
  return {
    set: async (at) => {
      await client.query('UPDATE clock.shown SET at = $1', [at]);
    },
  };
}
