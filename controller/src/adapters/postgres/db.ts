import type { Pool, PoolClient } from 'pg';
import { toAppError } from './postgres-errors.ts';

type Value = unknown;

/** Where queries run: the pool, or one connection inside a transaction. */
export interface Db {
  /** Rows with camelCase keys. Failures are AppErrors where they have a code. */
  rows<T>(sql: string, values?: readonly Value[]): Promise<T[]>;
  /** The first row. */
  first<T>(sql: string, values?: readonly Value[]): Promise<T | undefined>;
}

export function makeDb(connection: Pool | PoolClient): Db {
  const rows = async <T>(sql: string, values: readonly Value[] = []): Promise<T[]> => {
    try {
      const result = await connection.query(sql, [...values]);
      return result.rows.map((row) => withCamelKeys(row) as T);
    } catch (error) {
      throw toAppError(error);
    }
  };
  return {
    rows,
    first: async <T>(sql: string, values?: readonly Value[]) => (await rows<T>(sql, values))[0],
  };
}

function withCamelKeys(row: Record<string, Value>): Record<string, Value> {
  return Object.fromEntries(Object.entries(row).map(([key, value]) => [camel(key), value]));
}

function camel(name: string): string {
  return name.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}

/** A value for a jsonb column: pg would take an array for a Postgres array. */
export function json(value: unknown): string | null {
  return value === undefined || value === null ? null : JSON.stringify(value);
}
