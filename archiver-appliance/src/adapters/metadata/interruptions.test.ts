import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ManualClock } from '@firn/shared/time/manual-clock';
import { afterEach, describe, expect, it } from 'vitest';
import { makeAzureInterruptions } from './azure-interruptions.ts';
import { makeEc2Interruptions } from './ec2-interruptions.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** @returns its address */
async function serve(answer: Answer): Promise<string> {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Moves the clock on whenever somebody waits for it. */
async function drive<T>(clock: ManualClock, result: Promise<T>): Promise<T> {
  let isDone = false;
  const done = result.finally(() => {
    isDone = true;
  });
  done.catch(() => undefined);
  while (!isDone) {
    if (clock.sleeperCount > 0) clock.advance(5_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return done;
}

describe('interruptions in EC2', () => {
  it('are read with a token, which is renewed when its time is over', async () => {
    const asked: string[] = [];
    const clock = new ManualClock();
    const url = await serve((request, response) => {
      const token = String(request.headers['x-aws-ec2-metadata-token']);
      asked.push(request.method === 'PUT' ? 'token' : token);
      if (request.method === 'PUT') response.end(`t${asked.length}`);
      else if (asked.length === 4) response.writeHead(401).end();
      else if (asked.length < 6) response.writeHead(404).end();
      else response.end('{"action":"terminate","time":"2026-09-18T08:22:00Z"}');
    });
    const { signal } = new AbortController();
    const interruption = await drive(clock, makeEc2Interruptions(url, clock).next(signal));
    expect(interruption).toEqual({
      atMs: Date.parse('2026-09-18T08:22:00Z'),
      reason: 'spot: terminate',
    });
    expect(asked).toEqual(['token', 't1', 't1', 't1', 'token', 't5']);
  });

  it('are waited for though the service answers nothing', async () => {
    const clock = new ManualClock();
    const over = new AbortController();
    const next = makeEc2Interruptions('http://127.0.0.1:1', clock).next(over.signal);
    next.catch(() => undefined);
    while (clock.sleeperCount === 0) await new Promise((resolve) => setImmediate(resolve));
    over.abort(new Error('over'));
    await expect(next).rejects.toThrow('over');
  });
});

describe('interruptions in Azure', () => {
  it('are events that end the machine, not those that freeze it', async () => {
    const clock = new ManualClock(1_000);
    const answers = [
      { Events: [] },
      { Events: [{ EventType: 'Freeze', NotBefore: 'Fri, 18 Sep 2026 08:00:00 GMT' }] },
      { Events: [{ EventType: 'Preempt', NotBefore: 'Fri, 18 Sep 2026 08:22:00 GMT' }] },
    ];
    const url = await serve((request, response) => {
      const isAsked = request.headers['metadata'] === 'true';
      response.writeHead(isAsked ? 200 : 400).end(JSON.stringify(answers.shift()));
    });
    const { signal } = new AbortController();
    const interruption = await drive(clock, makeAzureInterruptions(url, clock).next(signal));
    expect(interruption).toEqual({
      atMs: Date.parse('2026-09-18T08:22:00Z'),
      reason: 'scheduled event Preempt',
    });
  });

  it('that have begun are now', async () => {
    const clock = new ManualClock(1_000);
    const url = await serve((_, response) => {
      response.end(JSON.stringify({ Events: [{ EventType: 'Terminate', NotBefore: '' }] }));
    });
    const { signal } = new AbortController();
    const next = makeAzureInterruptions(url, clock).next(signal);
    expect(await next).toEqual({ atMs: 1_000, reason: 'scheduled event Terminate' });
  });
});
