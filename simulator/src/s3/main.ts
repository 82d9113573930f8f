import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { HmacTokenSealer } from '../adapters/hmac-token-sealer.ts';
import { makePrivateCa } from '../adapters/identity/private-ca.ts';
import { ShiftingClock } from '../adapters/shifting-clock.ts';
import { SystemIds } from '../adapters/system-ids.ts';
import { FaultRules } from '../app/fault-rules.ts';
import { Latency } from '../app/latency.ts';
import { randomStream } from '../domain/random-stream.ts';
import { buildS3Server } from './api/http-server.ts';
import { serve } from './api/s3-service.ts';
import { makeBucket, type S3World } from './api/s3-world.ts';
import type { BodyStore } from './bodies/body-store.ts';
import { DiscardedBodies } from './bodies/discarded-bodies.ts';
import { FileBodies } from './bodies/file-bodies.ts';
import { MemoryBodies } from './bodies/memory-bodies.ts';
import { readS3Config, type S3Config } from './config.ts';
import { administer, isAdminPath } from './control/admin.ts';
import { Meter } from './control/meter.ts';
import { PrefixThrottle } from './control/prefix-throttle.ts';
import { DEFAULT_PRICES } from './control/price-table.ts';
import { RestoreDesk } from './control/restore-desk.ts';
import { StorageBill } from './control/storage-bill.ts';
import { checkBucketName } from './domain/names.ts';
import { Credentials } from './signing/credentials.ts';
import { isStsRequest, type Roles, serveSts } from './sts/assume-role.ts';

/** A server that listens. */
export interface RunningS3 {
  /** What the program prints when it is ready. */
  readonly ready: {
    readonly ready: true;
    readonly url: string;
    readonly region: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly adminToken: string;
    /** Empty without TLS. */
    readonly caFile: string;
  };
  close(): Promise<void>;
}

/** Starts a server and answers when it listens. */
export async function startS3(config: S3Config): Promise<RunningS3> {
  const dataDir = resolve(config.dataDir);
  await mkdir(dataDir, { recursive: true });
  const clock = new ShiftingClock();
  const ids = new SystemIds();
  const bodies = await openBodies(config, dataDir);
  const sealer = new HmacTokenSealer(createHash('sha256').update(ids.uuid()).digest());
  const { region, opaqueEtags } = config;
  const restores = new RestoreDesk(randomStream(`${config.seed}/restores`));
  const bill = new StorageBill(DEFAULT_PRICES, clock.nowMs());
  const billed = { restores, bill };
  const buckets = new Map();
  const world: S3World = { buckets, bodies, clock, ids, sealer, region, opaqueEtags, ...billed };
  for (const name of config.buckets) {
    checkBucketName(name);
    makeBucket(world, name);
  }
  const secretAccessKey = config.secretAccessKey ?? randomBytes(30).toString('base64url');
  const control = makeControl(config, secretAccessKey);
  const adminToken = randomBytes(24).toString('hex');
  const identity = config.tls
    ? await makeIdentity(config, { dataDir, nowMs: clock.nowMs() })
    : null;
  const scheme = identity ? 'https' : 'http';
  const service = { ...control, world, domain: config.domain, scheme } as const;
  const tokens = { ...control, region, clock };
  const administration = {
    ...control,
    ...billed,
    adminToken,
    buckets,
    clock,
    newId: () => ids.uuid(),
  };
  const server = buildS3Server({
    ids,
    clock,
    identity: identity ?? undefined,
    service: (request) => {
      if (isAdminPath(request.rawPath)) return administer(request, administration);
      return isStsRequest(request) ? serveSts(request, tokens) : serve(request, service);
    },
    onError: (error) => console.error(error),
  });
  const port = await listen(server, config);
  return {
    ready: {
      ready: true,
      url: `${scheme}://${config.host}:${port}`,
      region,
      accessKeyId: config.accessKeyId,
      secretAccessKey,
      adminToken,
      caFile: identity?.caFile ?? '',
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
      await bodies.close();
    },
  };
}

function makeControl(config: S3Config, secretAccessKey: string) {
  const credentials = new Credentials();
  credentials.put({ accessKeyId: config.accessKeyId, secretAccessKey, deny: [] });
  const { latencyMs: fixedMs, jitterMs } = config;
  const roles: Roles = new Map();
  return {
    credentials,
    roles,
    faults: new FaultRules(),
    latency: new Latency(randomStream(`${config.seed}/latency`), { fixedMs, jitterMs }),
    throttle: new PrefixThrottle(),
    meter: new Meter(),
  };
}

async function openBodies({ bodies }: S3Config, dataDir: string): Promise<BodyStore> {
  switch (bodies) {
    case 'memory':
      return new MemoryBodies();
    case 'discard':
      return new DiscardedBodies();
    case 'disk':
      return FileBodies.create(dataDir);
  }
}

async function makeIdentity(
  { domain }: S3Config,
  { dataDir, nowMs }: { dataDir: string; nowMs: number },
): Promise<{ key: string; cert: string; caFile: string }> {
  const ca = await makePrivateCa({
    nowMs,
    dnsNames: ['localhost', domain, `*.${domain}`],
    addresses: ['127.0.0.1', '::1'],
  });
  const caFile = join(dataDir, 'ca.pem');
  await writeFile(caFile, ca.caCert);
  return { key: ca.serverKey, cert: ca.serverCert, caFile };
}

async function listen(server: Server, { port, host }: S3Config): Promise<number> {
  server.listen(port, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function main(): Promise<void> {
  const s3 = await startS3(readS3Config(process.argv.slice(2)));
  process.stdout.write(`${JSON.stringify(s3.ready)}\n`);
  await new Promise<void>((stop) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop());
  });
  await s3.close();
}

if (import.meta.main) await main();
