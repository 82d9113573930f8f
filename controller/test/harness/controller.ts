import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryBus } from '@firn/shared/bus/memory-bus';
import { Releasers } from '@firn/shared/lifecycle/releasers';
import { MemoryLogger } from '@firn/shared/observe/memory-logger';
import { makeRestClient, type RestClient } from '@firn/shared/rest/client';
import { makeHttpsTransport } from '@firn/shared/rest/transport';
import { type RunningPostgres, startPostgres } from '@firn/shared/services/embedded-postgres';
import { Client } from 'pg';
import { type ControllerConfig, readConfig } from '../../src/config.ts';
import { buildPorts } from '../../src/main.ts';
import type { ApplianceLauncher, ApplianceLaunchers } from '../../src/ports/appliance-launcher.ts';
import { type ReadyLine, runController } from '../../src/run-controller.ts';
import { ManualTicker } from './manual-ticker.ts';

/** A database and a folder: what a controller leaves behind and finds again. */
export interface TestHost {
  readonly folder: string;
  readonly databaseUrl: string;
  /** All rows of all tables, as text: what an attacker with a dump sees. */
  dump(): Promise<string>;
  /** Runs one statement behind the controller's back. */
  sql(text: string, values?: readonly unknown[]): Promise<void>;
  /** Runs one statement and commits it only once somebody waits for its locks. */
  sqlInTheWay(text: string, whileHeld: () => void): Promise<void>;
  remove(): Promise<void>;
}

/** The Postgres of one test file. */
export async function startTestPostgres(): Promise<RunningPostgres> {
  return startPostgres({ folder: await mkdtemp(join(tmpdir(), 'firn-postgres-')) });
}

/** An empty database on it. */
export async function makeHost(postgres: RunningPostgres): Promise<TestHost> {
  const folder = await mkdtemp(join(tmpdir(), 'firn-controller-'));
  const name = `t${randomUUID().replaceAll('-', '')}`;
  await withClient(postgres.url, (client) => client.query(`CREATE DATABASE ${name}`));
  const databaseUrl = postgres.url.replace(/\/postgres$/, `/${name}`);
  return {
    folder,
    databaseUrl,
    dump: () => withClient(databaseUrl, dumpAll),
    sql: async (text, values = []) => {
      await withClient(databaseUrl, (client) => client.query(text, [...values]));
    },
    sqlInTheWay: (text, whileHeld) =>
      withClient(databaseUrl, async (client) => {
        await client.query('BEGIN');
        await client.query(text);
        whileHeld();
        await somebodyWaits(databaseUrl);
        await client.query('COMMIT');
      }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function somebodyWaits(databaseUrl: string): Promise<void> {
  await withClient(databaseUrl, async (client) => {
    for (;;) {
      const { rows } = await client.query('SELECT FROM pg_locks WHERE NOT granted');
      if (rows.length > 0) return;
    }
  });
}

async function withClient<T>(
  connectionString: string,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function dumpAll(client: Client): Promise<string> {
  const { rows: tables } = await client.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`,
  );
  const parts: string[] = [];
  for (const { name } of tables) {
    const { rows } = await client.query(`SELECT t::text AS row FROM ${name} t`);
    parts.push(name, ...rows.map(({ row }: { row: string }) => row));
  }
  return parts.join('\n');
}

export interface TestController {
  readonly ready: ReadyLine;
  readonly client: RestClient;
  readonly token: string;
  readonly bus: MemoryBus;
  readonly logger: MemoryLogger;
  /** Looks at the schedules now: nothing else does. */
  tick(): Promise<void>;
  /** A client with this token, or none. */
  clientWith(token: string | undefined): RestClient;
  /** Sends what is given, as a client may that does not know the contract. */
  request(asked: RawRequest): Promise<{ readonly status: number; readonly text: string }>;
  stop(): Promise<void>;
}

export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

export interface TestControllerOptions {
  readonly launcher?: ApplianceLauncher;
  /** Instead of one launcher for all places. */
  readonly launchers?: ApplianceLaunchers;
  readonly config?: Partial<ControllerConfig>;
}

export const noLaunchers: ApplianceLaunchers = {
  open: () => {
    throw new Error('no appliance is expected here');
  },
};

function launchersOf(launcher: ApplianceLauncher | undefined): ApplianceLaunchers {
  return launcher === undefined ? noLaunchers : { open: () => launcher };
}

/** A controller in this process, with real adapters but bus, launcher and storage accounts. */
export async function startController(
  host: TestHost,
  options: TestControllerOptions = {},
): Promise<TestController> {
  const logger = new MemoryLogger();
  const releasers = new Releasers();
  const bus = new MemoryBus();
  const ticker = new ManualTicker();
  const { launcher } = options;
  const config = testConfig(host, options.config);
  const built = await buildPorts(config, logger, releasers);
  const over = new AbortController();
  const { promise: ready, resolve } = Promise.withResolvers<ReadyLine>();
  const ports = {
    ...built,
    bus,
    ticker,
    launchers: options.launchers ?? launchersOf(launcher),
    storageAccounts: { ...built.storageAccounts, prepare: async () => {} },
    announceReady: resolve,
  };
  const running = runController(ports, { ...config, version: '0.0.0-test' }, over.signal);
  const line = await Promise.race([ready, running.then(() => Promise.reject(new Error('ended')))]);
  const token = (await readFile(config.bootstrapTokenFile ?? '', 'utf8')).trim();
  const transport = makeHttpsTransport({ caPem: await readFile(config.caFile, 'utf8') });
  const clientWith = (secret: string | undefined) =>
    makeRestClient({
      url: line.url,
      transport,
      ...(secret === undefined ? {} : { token: secret }),
    });
  return {
    ready: line,
    client: clientWith(token),
    token,
    bus,
    logger,
    tick: () => ticker.tick(),
    clientWith,
    request: async ({ method, path, headers, body }) => {
      const url = new URL(path, line.url);
      const reply = await transport.send({ method, url, headers, ...(body && { body }) });
      const chunks: Uint8Array[] = [];
      for await (const chunk of reply.body) chunks.push(chunk);
      return { status: reply.status, text: Buffer.concat(chunks).toString() };
    },
    stop: async () => {
      over.abort();
      await running;
      await releasers.release();
      transport.close();
    },
  };
}

export function testConfig(
  host: TestHost,
  overrides: Partial<ControllerConfig> = {},
): ControllerConfig {
  const config = readConfig(
    { FIRN_DATA_DIR: host.folder, FIRN_DATABASE_URL_FILE: 'database-url' },
    () => host.databaseUrl,
  );
  return {
    ...config,
    httpListen: { host: '127.0.0.1', port: 0 },
    grpcListen: { host: '127.0.0.1', port: 0 },
    bootstrapTokenFile: join(host.folder, 'admin-token'),
    superviseMs: 20,
    ...overrides,
  };
}
