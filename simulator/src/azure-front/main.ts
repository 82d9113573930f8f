import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { ShiftingClock } from '../adapters/shifting-clock.ts';
import { SystemIds } from '../adapters/system-ids.ts';
import { FaultRules } from '../app/fault-rules.ts';
import { Latency } from '../app/latency.ts';
import { randomStream } from '../domain/random-stream.ts';
import { serve } from './api/front-service.ts';
import { type FrontWorld, VERSIONS_CONTAINER } from './api/front-world.ts';
import { NameLocks } from './api/name-locks.ts';
import { type FrontConfig, readFrontConfig } from './config.ts';
import { administer, isAdminPath } from './control/admin.ts';
import { Meter } from './control/meter.ts';
import { RehydrationDesk } from './control/rehydration-desk.ts';
import { StorageBill } from './control/storage-bill.ts';
import { Ledger } from './domain/ledger.ts';
import { buildFrontServer } from './http/front-server.ts';
import { Upstream } from './http/upstream.ts';

/** A server that listens. */
export interface RunningFront {
  /** What the program prints when it is ready. */
  readonly ready: {
    readonly ready: true;
    /** The account's blob endpoint. */
    readonly url: string;
    readonly adminUrl: string;
    readonly adminToken: string;
  };
  close(): Promise<void>;
}

/** Starts a front of an empty Azurite, and answers when it listens. */
export async function startFront(config: FrontConfig): Promise<RunningFront> {
  const clock = new ShiftingClock();
  const world = makeWorld(config, clock);
  const container = { container: VERSIONS_CONTAINER, name: '' };
  await world.upstream.demand({ method: 'PUT', place: container, query: { restype: 'container' } });
  const { ids } = world;
  const control = {
    faults: new FaultRules(),
    latency: new Latency(randomStream(`${config.seed}/latency`), { fixedMs: 0, jitterMs: 0 }),
    meter: new Meter(),
  };
  const adminToken = randomBytes(24).toString('hex');
  const administration = { ...world, ...control, clock, adminToken, newId: () => ids.uuid() };
  const server = buildFrontServer({
    ids,
    clock,
    service: (request) =>
      isAdminPath(request.rawPath)
        ? administer(request, administration)
        : serve(request, { ...control, world }),
    onError: (error) => console.error(error),
  });
  server.listen(config.port, config.host);
  await once(server, 'listening');
  const origin = `http://${config.host}:${(server.address() as AddressInfo).port}`;
  return {
    ready: {
      ready: true,
      url: `${origin}/${config.accountName}`,
      adminUrl: `${origin}/_admin`,
      adminToken,
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
      world.upstream.close();
    },
  };
}

function makeWorld(config: FrontConfig, clock: ShiftingClock): FrontWorld {
  const account = { name: config.accountName, key: config.accountKey };
  return {
    account,
    clock,
    upstream: new Upstream(config.upstream, account),
    ledger: new Ledger(config.versioning),
    desk: new RehydrationDesk(randomStream(`${config.seed}/rehydrations`)),
    bill: new StorageBill(clock.nowMs()),
    ids: new SystemIds(),
    locks: new NameLocks(),
    rehydrating: new Set(),
  };
}

async function main(): Promise<void> {
  const front = await startFront(readFrontConfig(process.argv.slice(2), process.env));
  process.stdout.write(`${JSON.stringify(front.ready)}\n`);
  await new Promise<void>((stop) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop());
  });
  await front.close();
}

if (import.meta.main) await main();
