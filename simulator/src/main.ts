import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fillDrives } from './adapters/drive/fill-drives.ts';
import { FileSpool } from './adapters/file-spool.ts';
import { HmacTokenSealer } from './adapters/hmac-token-sealer.ts';
import { makeAppCertificate } from './adapters/identity/app-certificate.ts';
import { JoseAccessTokens } from './adapters/identity/jose-access-tokens.ts';
import { JoseClientAssertions } from './adapters/identity/jose-client-assertions.ts';
import { makePrivateCa } from './adapters/identity/private-ca.ts';
import { MailContentsStore } from './adapters/mail-contents-store.ts';
import { listMailboxFolders, readMailFolder } from './adapters/mail-folder-reader.ts';
import { NodeHasher } from './adapters/node-hasher.ts';
import { ShiftingClock } from './adapters/shifting-clock.ts';
import { SystemIds } from './adapters/system-ids.ts';
import { buildHttpServer } from './api/core/http-server.ts';
import { type Adapters, makeTenant, type Tenant } from './api/make-tenant.ts';
import { readConfig, type SimulatorConfig } from './config.ts';
import { AppRegistry } from './domain/app-registration.ts';
import { ALL_ROLES } from './domain/app-roles.ts';
import { randomStream } from './domain/random-stream.ts';

/** A tenant that listens. */
export interface RunningSimulator {
  /** What the program prints when it is ready. */
  readonly ready: {
    readonly ready: true;
    readonly url: string;
    readonly caFile: string;
    readonly adminToken: string;
    readonly tenantId: string;
    readonly domain: string;
    readonly clientId: string;
    readonly certificateFile: string;
    /** Empty when the certificate was given. */
    readonly privateKeyFile: string;
  };
  close(): Promise<void>;
}

/** Starts a tenant and answers when it listens. */
export async function startSimulator(config: SimulatorConfig): Promise<RunningSimulator> {
  const dataDir = resolve(config.dataDir);
  await mkdir(dataDir, { recursive: true });
  const clock = new ShiftingClock();
  const ca = await makePrivateCa({
    nowMs: clock.nowMs(),
    dnsNames: ['localhost'],
    addresses: ['127.0.0.1', '::1'],
  });
  const caFile = join(dataDir, 'ca.pem');
  await writeFile(caFile, ca.caCert);
  const application = await readApplication(config, { dataDir, nowMs: clock.nowMs() });
  const spool = await FileSpool.create();
  const adapters = await makeAdapters(config, { clock, spool, apps: application.apps });
  const tenant = makeTenant(config, adapters);
  await readMailFolders(config, adapters, tenant);
  await readDrives(config, adapters, tenant);
  const identity = { key: ca.serverKey, cert: ca.serverCert };
  const server = buildHttpServer({ ...tenant, identity });
  const address = await server.listen({ port: config.port, host: config.host });
  return {
    ready: {
      ready: true,
      url: address.replace('127.0.0.1', 'localhost').replace('[::1]', 'localhost'),
      caFile,
      adminToken: adapters.adminToken,
      tenantId: config.tenantId,
      domain: config.domain,
      clientId: config.clientId,
      certificateFile: application.certificateFile,
      privateKeyFile: application.privateKeyFile,
    },
    close: async () => {
      await server.close();
      await spool.close();
    },
  };
}

async function readMailFolders(
  { mailDir }: SimulatorConfig,
  { mailboxNames }: Adapters,
  { directory, mailboxes }: Tenant,
): Promise<void> {
  const users = [...directory.all()];
  for (const [i, name] of mailboxNames.entries()) {
    const mailbox = mailboxes.ofUser(users[i]?.id ?? '');
    if (mailbox && mailDir) await readMailFolder(mailbox, join(mailDir, name));
  }
}

async function readDrives(
  { seed, filesPerUser, filesDir }: SimulatorConfig,
  { hasher }: Adapters,
  { directory, drives }: Tenant,
): Promise<void> {
  const random = randomStream(`${seed}/files`);
  const filling = { directory, random, hasher, filesPerUser, filesDir };
  for (const path of await fillDrives(drives, filling)) {
    process.stderr.write(`OneDrive cannot hold ${path}\n`);
  }
}

async function makeAdapters(
  config: SimulatorConfig,
  made: { clock: ShiftingClock; spool: FileSpool; apps: AppRegistry },
): Promise<Adapters> {
  const ids = new SystemIds();
  const mailPlan = await readMailPlan(config, made.clock.nowMs());
  return {
    ...made,
    ids,
    hasher: new NodeHasher(),
    sealer: new HmacTokenSealer(createHash('sha256').update(ids.uuid()).digest()),
    tokens: await JoseAccessTokens.create(made.clock, {
      tenantId: config.tenantId,
      audience: 'https://graph.microsoft.com',
      lifetimeSeconds: config.tokenLifetimeSeconds,
    }),
    assertions: new JoseClientAssertions({ refuseReplays: config.refuseReplayedAssertions }),
    contents: new MailContentsStore(made.spool, mailPlan.plan),
    ...mailPlan,
    adminToken: `${ids.uuid()}${ids.uuid()}`.replaceAll('-', ''),
  };
}

async function readMailPlan(
  config: SimulatorConfig,
  nowMs: number,
): Promise<Pick<Adapters, 'plan' | 'mailboxNames'>> {
  const mailboxNames = config.mailDir ? await listMailboxFolders(config.mailDir) : [];
  const people = makePeople(config.domain);
  return {
    mailboxNames,
    plan: {
      seed: config.seed,
      meanBytes: config.meanBytes,
      people,
      // whole days: the same seed gives the same tenant all day long
      newestMs: Math.floor(nowMs / 86_400_000) * 86_400_000,
    },
  };
}

function makePeople(domain: string): Adapters['plan']['people'] {
  return [
    { name: 'Adele Vance', address: `adele.vance@${domain}` },
    { name: 'Björn Ångström', address: `bjorn@fabrikam.example` },
    { name: 'Müller, Jörg', address: 'joerg.mueller@tailspin.example' },
    { name: '山田 太郎', address: 'taro.yamada@northwind.example' },
    { name: 'No Reply', address: 'noreply@shop.example' },
    { name: 'alerts@monitor.example', address: 'alerts@monitor.example' },
  ];
}

interface Application {
  readonly apps: AppRegistry;
  readonly certificateFile: string;
  readonly privateKeyFile: string;
}

/** Registers the tenant's application; makes its certificate unless one is given. */
async function readApplication(
  config: SimulatorConfig,
  { dataDir, nowMs }: { dataDir: string; nowMs: number },
): Promise<Application> {
  const files = config.certificateFile
    ? { certificateFile: resolve(config.certificateFile), privateKeyFile: '' }
    : await writeCertificate(dataDir, nowMs);
  const apps = new AppRegistry();
  apps.put({
    appId: config.clientId,
    displayName: 'Application of the simulated tenant',
    certificates: [await readFile(files.certificateFile, 'utf8')],
    secrets: config.clientSecret === undefined ? [] : [config.clientSecret],
    roles: ALL_ROLES,
  });
  return { apps, ...files };
}

async function writeCertificate(
  dataDir: string,
  nowMs: number,
): Promise<{ certificateFile: string; privateKeyFile: string }> {
  const { certificate, privateKey } = await makeAppCertificate(nowMs);
  const certificateFile = join(dataDir, 'app-certificate.pem');
  const privateKeyFile = join(dataDir, 'app-key.pem');
  await writeFile(certificateFile, certificate);
  await writeFile(privateKeyFile, privateKey, { mode: 0o600 });
  await chmod(privateKeyFile, 0o600);
  return { certificateFile, privateKeyFile };
}

async function main(): Promise<void> {
  const simulator = await startSimulator(readConfig(process.argv.slice(2)));
  process.stdout.write(`${JSON.stringify(simulator.ready)}\n`);
  await new Promise<void>((stop) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop());
  });
  await simulator.close();
}

if (import.meta.main) await main();
