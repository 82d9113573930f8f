import { randomUUID } from 'node:crypto';
import { MemoryBus } from '@firn/shared/bus/memory-bus';
import { Releasers } from '@firn/shared/lifecycle/releasers';
import { MemoryLogger } from '@firn/shared/observe/memory-logger';
import { ManualClock } from '@firn/shared/time/manual-clock';
import { afterAll } from 'vitest';
import { installationIdOf } from '../../src/app/appliances/appliance-place.ts';
import { ApplianceReaper } from '../../src/app/appliances/reap-appliances.ts';
import { ApplianceTender } from '../../src/app/appliances/tend-appliances.ts';
import type { AppContext } from '../../src/app/context.ts';
import { SessionFeed } from '../../src/app/sessions/session-feed.ts';
import type { ApplianceLimits } from '../../src/domain/appliance-limits.ts';
import type { ApplianceTemplate } from '../../src/domain/resources.ts';
import { buildPorts } from '../../src/main.ts';
import type { ApplianceLauncher } from '../../src/ports/appliance-launcher.ts';
import type { Database } from '../../src/ports/records.ts';
import type { WorkerLinks } from '../../src/ports/worker-links.ts';
import { ApplianceTalk } from './appliance-talk.ts';
import { makeHost, noLaunchers, startController, type TestHost, testConfig } from './controller.ts';
import { useDatabaseClock } from './database-clock.ts';
import type { FaultyCloud } from './faulty-cloud.ts';
import { patientConfig } from './scheduled.ts';
import { makeCertificate, runToEnd, setUp } from './set-up.ts';
import { usePostgres } from './use-controller.ts';

/** One controller's care for appliances, which the test lets live and die. */
export interface Caretaker {
  /** One round. One that was killed does nothing any more. */
  care(): Promise<void>;
  kill(): void;
}

export interface ApplianceWorld {
  readonly clock: ManualClock;
  readonly database: Database;
  readonly installationId: string;
  readonly sessionId: string;
  /** Of the same copy job; over, until it follows the first. */
  readonly nextId: string;
  readonly talk: ApplianceTalk;
  /** Workers whose links are up. */
  readonly up: Set<string>;
  /** Time goes by for the controllers, their clouds and the database. */
  advance(ms: number): Promise<void>;
  hire(launcher: ApplianceLauncher, limits?: Partial<ApplianceLimits>): Caretaker;
  /** The owner has so many packs to write; so many appliances may share them. */
  plan(packsTotal: number, appliancesMax: number): Promise<void>;
  /** From now on the copy job has its appliances started there. @returns the template's id */
  startIn(
    template: Pick<ApplianceTemplate, 'settings'> & Partial<ApplianceTemplate>,
  ): Promise<string>;
  /** The programs of machines that are there dial, as after a boot. */
  boot(cloud: FaultyCloud): Promise<void>;
  /** No appliance ever was, and the session runs. */
  reset(): Promise<void>;
  endSession(): Promise<void>;
  /** The session is over, and the other one runs. @param organization whose objects it copies */
  follow(organization?: string): Promise<void>;
  /** @param of a session; default: the one that runs first */
  log(of?: string): Promise<string[]>;
}

/** A copy session by appliance that runs; nobody cares for it but those that are hired. */
export async function useApplianceWorld(): Promise<ApplianceWorld> {
  const host = await makeHost(await usePostgres());
  const databaseClock = await useDatabaseClock(host.databaseUrl);
  const { sessionId, nextId } = await twoCopies(host);
  await host.sql(`UPDATE copy_jobs SET repack_by = 'appliance'`);
  const releasers = new Releasers();
  const built = await buildPorts(testConfig(host), new MemoryLogger(), releasers);
  afterAll(async () => {
    await releasers.release();
    await host.remove();
  });
  const clock = new ManualClock(Date.parse('2027-03-10T12:00:00Z'));
  const up = new Set<string>();
  const context = { ...built, clock, bus: new MemoryBus(), feed: new SessionFeed() };
  const idle: AppContext = {
    ...context,
    launchers: noLaunchers,
    links: linksOf(up),
    settings: settingsWith({}),
  };
  let running = sessionId;
  const runAlone = async (id: string, organization: string) => {
    running = id;
    await host.sql(endCopiesSql);
    await host.sql(
      `UPDATE sessions SET state = 'running', organization_id =
        (SELECT id FROM organizations WHERE name = $2) WHERE id = $1`,
      [id, organization],
    );
  };
  const show = () => databaseClock.set(new Date(clock.now()).toISOString());
  await show();
  return {
    ...{ clock, up, sessionId, nextId, database: built.database },
    talk: new ApplianceTalk(idle),
    installationId: installationIdOf(built),
    advance: async (ms) => {
      clock.advance(ms);
      await show();
    },
    hire: (launcher, limits = {}) =>
      hireCaretaker({
        ...idle,
        launchers: { open: () => launcher },
        settings: settingsWith(limits),
      }),
    plan: async (packsTotal, appliancesMax) => {
      await host.sql('UPDATE copy_jobs SET appliances_max = $1', [appliancesMax]);
      const counts = { objectsDone: 0, objectsTotal: 1, items: 0, bytes: 0, itemsFailed: 0 };
      const packs = { requests: 0, batchedRequests: 0, packs: 0, packsTotal };
      const tick = { sessionId, attempt: 1, phase: 'repacking', current: '', atMs: clock.now() };
      context.feed.tick({ ...tick, ...counts, ...packs });
    },
    startIn: async (template) => {
      const id = randomUUID();
      const standard = { id, name: id, keepWarmMinutes: 0 };
      await built.database.applianceTemplates.insert({ ...standard, ...template });
      await host.sql('UPDATE copy_jobs SET appliance_template_id = $1', [id]);
      return id;
    },
    boot: async (cloud) => {
      for (const { workerId, isLeftover } of cloud.present) {
        const row = await built.database.appliances.get(workerId);
        if (isLeftover || row === undefined || row.isEnding) continue;
        up.add(workerId);
        await built.database.appliances.saidHello(workerId);
      }
    },
    reset: async () => {
      up.clear();
      context.feed.forget(sessionId);
      await host.sql('DELETE FROM appliances');
      await host.sql('UPDATE copy_jobs SET appliances_max = 1, appliance_template_id = NULL');
      await runAlone(sessionId, 'contoso');
    },
    follow: (organization = 'contoso') =>
      runAlone(running === sessionId ? nextId : sessionId, organization),
    endSession: () => host.sql(endCopiesSql),
    log: async (of = sessionId) => {
      const page = { cursor: undefined, limit: 1_000 };
      const { items } = await built.database.sessions.listLog(of, page);
      return items.map(({ message }) => message);
    },
  };
}

const endCopiesSql = `UPDATE sessions SET state = 'success' WHERE kind = 'copy'`;

/** One that is over and one that runs, made by a controller that is gone afterwards. */
async function twoCopies(host: TestHost): Promise<{ sessionId: string; nextId: string }> {
  const controller = await startController(host, { config: patientConfig });
  const { link } = await setUp(controller);
  const { client } = controller;
  const identity = { tenantId: 'fabrikam.onmicrosoft.com', clientId: randomUUID() };
  await client.call('createOrganization', {
    body: { name: 'fabrikam', ...identity, ...(await makeCertificate()) },
  });
  const startCopy = async () => {
    await client.call('startJob', { params: { job: 'all' }, body: {} });
    await runToEnd(link, true);
    await client.call('startCopyJob', { params: { copyJob: 'copy' }, body: {} });
  };
  await startCopy();
  const nextId = await runToEnd(link, true);
  await startCopy();
  const { sessionId } = await link.accept();
  await link.send({ $case: 'heartbeat', value: { running: [], rssBytes: 1n } });
  await link.next('leasesRenewed');
  link.close();
  await controller.stop();
  return { sessionId, nextId };
}

function hireCaretaker(context: AppContext): Caretaker {
  let isDead = false;
  const own = { ...context, database: mortal(context.database, () => isDead) };
  const reaper = new ApplianceReaper(own);
  const tender = new ApplianceTender(own);
  const care = async () => {
    await reaper.reap();
    await tender.tend();
  };
  return {
    care: () => care().catch((error: unknown) => assertDead(isDead, error)),
    kill: () => {
      isDead = true;
    },
  };
}

function assertDead(isDead: boolean, error: unknown): void {
  if (!isDead) throw error;
}

function settingsWith(limits: Partial<ApplianceLimits>): AppContext['settings'] {
  return {
    ...{ version: '0', publicUrl: 'https://localhost:1', linkAddress: 'localhost:2' },
    ...{ heartbeatMs: 10_000, leaseMs: 60_000, graceMs: 60_000, resendMs: 30_000 },
    ...{ attemptsMax: 10, credentialLifeMs: 3_600_000, proxyCertificateLifeMs: 3_600_000 },
    ...{ applianceLifeMs: 12 * 3_600_000, enrollmentTokenLifeMs: 3_600_000, viewTimeoutMs: 1_000 },
    applianceLimits: { atOnceMax: 8, launchesPerHourMax: 20, ...limits },
  };
}

function linksOf(up: Set<string>): WorkerLinks {
  return {
    isUp: (workerId) => up.has(workerId),
    send: () => false,
    assign: () => false,
    credentials: () => false,
    ask: () => Promise.reject(new Error('nobody is asked here')),
    certificateOf: () => undefined,
    cut: (workerId) => void up.delete(workerId),
  };
}

/** The record as a process sees it that may be killed: after that it writes and reads nothing. */
function mortal<T extends object>(records: T, isDead: () => boolean): T {
  return new Proxy(records, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (isDead()) throw new Error('this controller was killed');
      return typeof value === 'object' && value !== null ? mortal(value, isDead) : value;
    },
  });
}
