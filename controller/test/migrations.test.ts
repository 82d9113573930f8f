import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryLogger } from '@firn/shared/observe/memory-logger';
import type { Pool } from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrate } from '../src/adapters/postgres/migrate.ts';
import { makePool } from '../src/adapters/postgres/pool.ts';
import { makeHost, type TestHost } from './harness/controller.ts';
import { usePostgres } from './harness/use-controller.ts';

const productSql = join(import.meta.dirname, '..', 'sql');

const postgres = await usePostgres();
let host: TestHost;
let pool: Pool;
let folder: string;

beforeEach(async () => {
  host = await makeHost(postgres);
  pool = makePool({ url: host.databaseUrl, connectionsMax: 4, logger: new MemoryLogger() });
  folder = await mkdtemp(join(tmpdir(), 'firn-sql-'));
  await cp(join(productSql, '0001-initial.sql'), join(folder, '0001-initial.sql'));
});
afterEach(async () => {
  await pool.end();
  await rm(folder, { recursive: true });
  await host.remove();
});

describe('migrations', () => {
  it('are applied once, also by two controllers that start together', async () => {
    const applied = await Promise.all([migrate(pool, folder), migrate(pool, folder)]);
    expect(applied.flat()).toEqual([1]);
    await writeFile(join(folder, '0002-next.sql'), 'CREATE TABLE next (id integer);');
    expect(await migrate(pool, folder)).toEqual([2]);
    expect(await migrate(pool, folder)).toEqual([]);
  });

  it('of the product are applied in order, and once', async () => {
    const applied = await migrate(pool, productSql);
    expect(applied).toEqual(applied.map((_number, index) => index + 1));
    expect(await migrate(pool, productSql)).toEqual([]);
  });

  it('that fail leave nothing behind', async () => {
    await writeFile(join(folder, '0002-broken.sql'), 'CREATE TABLE half (id integer); NONSENSE;');
    await expect(migrate(pool, folder)).rejects.toThrow('syntax error');
    await rm(join(folder, '0002-broken.sql'));
    expect(await migrate(pool, folder)).toEqual([1]);
  });

  it('refuse a database of a newer controller, and one of other migrations', async () => {
    await writeFile(join(folder, '0002-next.sql'), 'SELECT 1;');
    await migrate(pool, folder);
    await writeFile(join(folder, '0002-next.sql'), 'SELECT 2;');
    await expect(migrate(pool, folder)).rejects.toMatchObject({
      code: 'E_DATABASE_MIGRATION_CHANGED',
    });
    await rm(join(folder, '0002-next.sql'));
    await expect(migrate(pool, folder)).rejects.toMatchObject({
      code: 'E_DATABASE_NEWER',
      message: 'the database has migration 2, this controller knows up to 1',
    });
  });
});
