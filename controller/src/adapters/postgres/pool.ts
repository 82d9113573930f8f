import type { Logger } from '@firn/shared/observe/logger';
import { Pool, types } from 'pg';

const timestamptz = 1184;
const int8 = 20;

export interface PoolOptions {
  readonly url: string;
  readonly connectionsMax: number;
  readonly logger: Logger;
}

/** Times come as ISO 8601; counts as numbers (all are below 2^53). */
export function makePool({ url, connectionsMax, logger }: PoolOptions): Pool {
  const pool = new Pool({
    connectionString: url,
    max: connectionsMax,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    application_name: 'firn-controller',
    types: { getTypeParser },
  });
  // Without these listeners a connection that breaks while idle, or between
  // two queries of a transaction, would end the process.
  pool.on('error', (error) => logger.warn('postgres.connection_lost', { error: error.message }));
  pool.on('connect', (client) => {
    client.on('error', (error: Error) => {
      logger.warn('postgres.connection_lost', { error: error.message });
    });
  });
  return pool;
}

function getTypeParser(oid: number, format?: 'text' | 'binary') {
  if (oid === timestamptz) return (text: string) => new Date(text).toISOString();
  if (oid === int8) return Number;
  return types.getTypeParser(oid, format as 'text');
}
