import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryLogger } from '../observe/memory-logger.ts';
import { freePort } from '../services/free-port.ts';
import { type RunningNats, startNats } from '../services/nats.ts';
import { describeBus } from './bus.contract.ts';
import { JetStreamBus, type JetStreamBusOptions } from './jetstream-bus.ts';
import { subjects } from './subjects.ts';

const auth = { token: 'token of the test' };
let folder: string;
let nats: RunningNats;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firn-bus-'));
  nats = await startNats({ folder: join(folder, 'shared'), auth });
});
afterAll(async () => {
  await nats?.stop();
  await rm(folder, { recursive: true });
});

function withToken(url: string, token: string): string {
  return url.replace('://', `://${encodeURIComponent(token)}@`);
}

function makeBus(options: Partial<JetStreamBusOptions> = {}): JetStreamBus {
  const logger = new MemoryLogger();
  return new JetStreamBus({
    url: withToken(nats.url, auth.token),
    name: 'test',
    createsStreams: true,
    logger,
    ...options,
  });
}

describeBus('JetStreamBus', async () => {
  const bus = makeBus();
  await bus.opened;
  // One connection keeps its order: the answer comes after all that went before.
  const settle = async () => void (await bus.last(subjects.progressOfSession('settle')));
  return { bus, settle, close: () => bus.close() };
});

describe('JetStreamBus', () => {
  it('brings what another program published', async () => {
    const [watcher, worker] = [makeBus(), makeBus({ createsStreams: false })];
    await Promise.all([watcher.opened, worker.opened]);
    const stop = new AbortController();
    const messages = watcher.subscribe(subjects.logOfSession('s9'), stop.signal);
    await watcher.last(subjects.logOfSession('s9'));
    worker.publish(subjects.log('agent', 's9'), Buffer.from('line'));
    for await (const message of messages) {
      expect(Buffer.from(message.payload).toString()).toBe('line');
      stop.abort();
    }
    await Promise.all([watcher.close(), worker.close()]);
  });

  it('waits for a server that is not there yet, and outlives its restart', async () => {
    const port = await freePort();
    const late = { folder: join(folder, 'late'), auth, port };
    const logger = new MemoryLogger();
    const bus = makeBus({ url: withToken(`nats://127.0.0.1:${port}`, auth.token), logger });
    const stop = new AbortController();
    const heard: string[] = [];
    const listening = (async () => {
      for await (const { payload } of bus.subscribe('firn.v1.session.*', stop.signal)) {
        heard.push(Buffer.from(payload).toString());
      }
    })();
    bus.publish(subjects.sessionChanged('s1'), Buffer.from('lost'));
    for (const round of ['first', 'second']) {
      const server = await startNats(late);
      await bus.opened;
      await expect
        .poll(
          () => {
            bus.publish(subjects.sessionChanged('s1'), Buffer.from(round));
            return heard.includes(round);
          },
          { timeout: 20_000 },
        )
        .toBe(true);
      await server.stop();
    }
    expect(heard).not.toContain('lost');
    stop.abort();
    await listening;
    await bus.close();
    expect(logger.events.map(({ event }) => event)).toContain('bus.reconnected');
  });

  it('can be closed while it still looks for its server', async () => {
    const bus = makeBus({ url: `nats://127.0.0.1:${await freePort()}` });
    await bus.close();
    await bus.opened;
  });

  it('never tells the secret', async () => {
    const logger = new MemoryLogger();
    const bus = makeBus({ url: withToken(nats.url, 'wrong-token'), logger });
    await expect.poll(() => logger.events.length).toBeGreaterThan(0);
    await bus.close();
    expect(JSON.stringify(logger.events)).not.toContain('wrong-token');
  });
});
