import type { ServerDuplexStream } from '@grpc/grpc-js';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type ConnectRequest,
  type ConnectResponse,
  type LinkServiceServer,
  LinkServiceService,
} from '../../gen/firn/link/v1/link.ts';
import { ManualClock } from '../../time/manual-clock.ts';
import { type RunningRpcServer, startRpcServer } from '../server.ts';
import { makeTestAuthority, type TestAuthority } from '../test-authority.ts';
import { makeGrpcLink } from './grpc-link.ts';
import type { ControllerMessage, WorkerMessage } from './link-stream.ts';
import { runLink, type SendOnLink } from './run-link.ts';

type Call = ServerDuplexStream<ConnectRequest, ConnectResponse>;

const welcome: ControllerMessage = {
  $case: 'welcome',
  value: {
    workerId: 'worker-1',
    linkEpoch: 1n,
    heartbeatIntervalMs: 1_000,
    leaseMs: 10_000,
    ownerIncarnation: 'incarnation-1',
    drop: [],
  },
};

/** A controller that answers every message by what the test says. */
class Controller {
  readonly heard: WorkerMessage[] = [];
  readonly calls: Call[] = [];
  answer: (message: WorkerMessage, call: Call) => void = (message, call) => {
    if (message.$case === 'hello') call.write({ message: welcome });
  };
  #changed = Promise.withResolvers<void>();

  get service(): LinkServiceServer {
    return {
      connect: (call) => {
        this.calls.push(call);
        call.on('error', () => undefined);
        call.on('end', () => call.end());
        call.on('data', ({ message }: ConnectRequest) => {
          if (message === undefined) return;
          this.heard.push(message);
          this.answer(message, call);
          this.changed();
        });
      },
      view: (call) => call.end(),
      renewCertificate: (_, callback) => callback(null, { certificatePem: 'renewed' }),
    };
  }

  count($case: WorkerMessage['$case']): number {
    return this.heard.filter((message) => message.$case === $case).length;
  }

  changed(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await this.#changed.promise;
  }
}

describe('runLink over mTLS', () => {
  let authority: TestAuthority;
  const stops: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    authority = await makeTestAuthority();
  });
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  });

  async function start() {
    const controller = new Controller();
    const services = [{ definition: LinkServiceService, implementation: controller.service }];
    const identity = await authority.issue('controller');
    const server: RunningRpcServer = await startRpcServer({ identity, services, port: 0 });
    stops.push(() => server.stop(0));
    const credentials = await authority.issue('agent');
    const address = `127.0.0.1:${server.port}`;
    const link = makeGrpcLink({ address, credentials: () => credentials });
    const clock = new ManualClock();
    const ups: SendOnLink[] = [];
    const downs: (string | undefined)[] = [];
    const received: string[] = [];
    const stop = new AbortController();
    const ended = runLink(
      {
        dial: link.dial,
        clock,
        random: () => 0,
        hello: async () => ({ workerVersion: '1', incarnation: 'incarnation-1', running: [] }),
        heartbeat: () => ({ running: [], rssBytes: 1n }),
        up: async (_, send) => {
          ups.push(send);
          controller.changed();
        },
        received: async ({ $case }) => {
          received.push($case);
          controller.changed();
        },
        down: (cause) => {
          downs.push(cause?.code);
          controller.changed();
        },
      },
      stop.signal,
    );
    stops.push(() => {
      stop.abort();
      return ended;
    });
    return { controller, clock, ups, downs, received, ended, stop };
  }

  it('greets, is welcomed, and hands on what it hears in order', async () => {
    const { controller, ups, received } = await start();
    await controller.until(() => ups.length === 1);
    const key = { sessionId: 's', attempt: 1 };
    const cancel = { $case: 'cancel' as const, value: { sessionId: 's', reason: '' } };
    controller.calls[0]?.write({ message: cancel });
    controller.calls[0]?.write({ message: { $case: 'eventAck', value: { ...key, upTo: 1n } } });
    await controller.until(() => received.length === 2);
    expect(received).toEqual(['cancel', 'eventAck']);
  });

  it('beats at the interval of the welcome', async () => {
    const { controller, clock, ups } = await start();
    controller.answer = (message, call) => {
      if (message.$case === 'hello') call.write({ message: welcome });
    };
    await controller.until(() => ups.length === 1);
    await controller.until(() => clock.sleeperCount >= 2);
    clock.advance(1_000);
    await controller.until(() => controller.count('heartbeat') === 1);
    expect(controller.count('hello')).toBe(1);
  });

  it('dials again with a new greeting when the stream breaks', async () => {
    const { controller, clock, ups, downs } = await start();
    await controller.until(() => ups.length === 1);
    controller.calls[0]?.emit('error', { code: 14, details: 'cut' });
    await controller.until(() => downs.length === 1);
    clock.advance(15_000);
    await controller.until(() => ups.length === 2);
    expect(controller.count('hello')).toBe(2);
  });

  it('takes a controller that is silent for a lease for gone', async () => {
    const { controller, clock, ups, downs } = await start();
    await controller.until(() => ups.length === 1);
    for (let ms = 0; ms <= 11_000 && downs.length === 0; ms += 500) {
      clock.advance(500);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await controller.until(() => downs.length === 1);
    expect(downs).toEqual(['E_LINK_LOST']);
  });

  it('ends for good when a newer process has the identity', async () => {
    const { controller, ended, ups } = await start();
    await controller.until(() => ups.length === 1);
    controller.calls[0]?.write({ message: { $case: 'superseded', value: { linkEpoch: 2n } } });
    expect(await ended).toBe('superseded');
    expect(controller.count('hello')).toBe(1);
  });

  it('waits as long as it is told before it dials again', async () => {
    const { controller, clock, downs, ups } = await start();
    await controller.until(() => ups.length === 1);
    controller.calls[0]?.write({
      message: { $case: 'goAway', value: { reconnectAfterMs: 7_000 } },
    });
    await controller.until(() => downs.length === 1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(clock.sleptMs.at(-1)).toBe(7_000);
  });

  it('fails what is sent on a link that is down', async () => {
    const { controller, ups, downs } = await start();
    await controller.until(() => ups.length === 1);
    controller.calls[0]?.emit('error', { code: 14, details: 'cut' });
    await controller.until(() => downs.length === 1);
    const beat = { $case: 'heartbeat' as const, value: { running: [], rssBytes: 1n } };
    await expect(ups[0]?.(beat)).rejects.toMatchObject({ code: 'E_LINK_LOST' });
  });
});
