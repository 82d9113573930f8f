import { MemoryBus } from '@firn/shared/bus/memory-bus';
import { nodeCompute } from '@firn/shared/compute/node-compute';
import { nodeEntropy } from '@firn/shared/compute/node-entropy';
import type { RepackResult, SessionEvent } from '@firn/shared/gen/firn/link/v1/link';
import type { SealedBox } from '@firn/shared/gen/firn/link/v1/work';
import { MemoryStore } from '@firn/shared/object-store/memory/memory-store';
import { MemoryLogger } from '@firn/shared/observe/memory-logger';
import type { ControllerMessage, LinkStream } from '@firn/shared/rpc/link/link-stream';
import { ManualClock } from '@firn/shared/time/manual-clock';
import { describe, expect, it } from 'vitest';
import { noInterruptions } from '../src/adapters/metadata/no-interruptions.ts';
import { runAppliance } from '../src/app/run-appliance.ts';
import type { Interruption, Interruptions } from '../src/ports/interruptions.ts';

const settings = {
  version: 'test',
  taskConcurrency: 2,
  silenceMsMax: 60_000,
  lifetimeMsMax: 3_600_000,
};
const key = { sessionId: 'copy-1', attempt: 2 };

function boxOf(text: string): SealedBox {
  const empty = Buffer.alloc(0);
  return { ephemeralPublicKey: empty, nonce: empty, ciphertext: Buffer.from(text) };
}

/** The controller's end of one link in memory. */
class FakeLink {
  readonly said: string[] = [];
  readonly results: RepackResult[] = [];
  readonly events: SessionEvent[] = [];
  readonly #messages: ControllerMessage[] = [];
  #bell = Promise.withResolvers<void>();
  isEnded = false;

  say(message: ControllerMessage): void {
    this.#messages.push(message);
    this.#bell.resolve();
  }

  stream(): LinkStream {
    return {
      incoming: this.#incoming(),
      close: () => {
        this.isEnded = true;
        this.#bell.resolve();
      },
      send: async (message) => {
        this.said.push(message.$case);
        if (message.$case === 'repackResult') this.results.push(message.value);
        if (message.$case === 'event') this.events.push(message.value);
      },
    };
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise((resolve) => setImmediate(resolve));
  }

  async *#incoming(): AsyncGenerator<ControllerMessage> {
    while (!this.isEnded) {
      const message = this.#messages.shift();
      if (message !== undefined) yield message;
      else {
        await this.#bell.promise;
        this.#bell = Promise.withResolvers();
      }
    }
  }
}

function start(interruptions: Interruptions = noInterruptions) {
  const link = new FakeLink();
  const clock = new ManualClock();
  const stop = new AbortController();
  const ended = runAppliance(
    {
      dial: async () => link.stream(),
      clock,
      random: () => 0,
      bus: new MemoryBus(),
      storages: { open: () => new MemoryStore({ clock }) },
      boxes: { open: (box) => box.ciphertext },
      compute: nodeCompute,
      entropy: nodeEntropy,
      interruptions,
      logger: new MemoryLogger(),
      workerId: 'appliance-1',
      rssBytes: () => 1,
    },
    settings,
    stop.signal,
  );
  ended.catch(() => undefined);
  const value = {
    workerId: 'appliance-1',
    linkEpoch: 1n,
    heartbeatIntervalMs: 100_000,
    leaseMs: 1_000_000,
    ownerIncarnation: '',
    drop: [],
  };
  link.say({ $case: 'welcome', value });
  return { link, clock, ended, stop };
}

function assign(link: FakeLink, of = key): void {
  const storage = (storageId: string, storageClass: string) => ({
    storageId,
    provider: 'folder',
    endpoint: '',
    container: `/${storageId}`,
    prefix: '',
    storageClass,
    s3: undefined,
    immutability: undefined,
  });
  const refs = { source: storage('hot', 'hot'), target: storage('cold', 'archive'), epoch: 1n };
  const work = { work: { $case: 'repack' as const, value: refs } };
  link.say({ $case: 'assignment', value: { ...of, work, secrets: boxOf('') } });
}

function task(link: FakeLink, taskNumber: number, last = false): void {
  const plan = last ? undefined : boxOf('not a plan');
  const whole = { plan, last, part: 0, parts: 1 };
  link.say({ $case: 'repackTask', value: { ...key, taskNumber, workerId: '', ...whole } });
}

describe('an archiver appliance', () => {
  it('accepts one assignment, answers its tasks, and is done after the last', async () => {
    const { link, ended } = start();
    assign(link);
    task(link, 1);
    task(link, 2);
    await link.until(() => link.results.length === 2);
    task(link, 0, true);
    await ended;
    expect(link.said.slice(0, 2)).toEqual(['hello', 'accepted']);
    expect(link.results.map((each) => each.taskNumber).toSorted()).toEqual([1, 2]);
  });

  it('tells what a task that cannot be done failed with, and goes on', async () => {
    const { link, ended } = start();
    assign(link);
    task(link, 1);
    await link.until(() => link.results.length === 1);
    expect(link.results[0]?.problem?.code).toMatch(/^E_/);
    task(link, 0, true);
    await ended;
  });

  it('answers a task that comes again', async () => {
    const { link, ended } = start();
    assign(link);
    task(link, 1);
    await link.until(() => link.results.length === 1);
    task(link, 1);
    await link.until(() => link.results.length === 2);
    task(link, 0, true);
    await ended;
  });

  it('refuses a second assignment', async () => {
    const { link, ended } = start();
    assign(link);
    assign(link, { sessionId: 'copy-2', attempt: 1 });
    await link.until(() => link.said.includes('refused'));
    task(link, 0, true);
    await ended;
  });

  it('ends when its assignment is lost', async () => {
    const { link, ended } = start();
    assign(link);
    await link.until(() => link.said.includes('accepted'));
    link.say({ $case: 'leasesRenewed', value: { renewed: [], lost: [key] } });
    await expect(ended).rejects.toMatchObject({ code: 'E_ASSIGNMENT_LOST' });
  });

  it('ends when its session is cancelled', async () => {
    const { link, ended } = start();
    assign(link);
    link.say({ $case: 'cancel', value: { sessionId: key.sessionId, reason: '' } });
    await expect(ended).rejects.toMatchObject({ code: 'E_CANCELLED' });
  });

  it('ends when nobody talks to it for too long', async () => {
    const { link, clock, ended } = start();
    await link.until(() => clock.sleeperCount >= 2);
    clock.advance(settings.silenceMsMax);
    await expect(ended).rejects.toMatchObject({ code: 'E_CONTROLLER_SILENT' });
  });

  it('ends what it has when its machine is taken away, says so, and takes no more', async () => {
    const notice = Promise.withResolvers<Interruption>();
    const { link, clock, ended } = start({ next: () => notice.promise });
    assign(link);
    task(link, 1);
    await link.until(() => link.results.length === 1);
    notice.resolve({ atMs: clock.now() + 120_000, reason: 'spot: terminate' });
    await link.until(() => link.said.includes('event'));
    task(link, 2);
    link.say({ $case: 'eventAck', value: { ...key, upTo: 1n } });
    await expect(ended).rejects.toMatchObject({ code: 'E_APPLIANCE_INTERRUPTED' });
    expect(link.results.map((each) => each.taskNumber)).toEqual([1]);
    expect(link.events).toMatchObject([
      { ...key, sequence: 1n, event: { $case: 'ended', value: { status: 'stopped' } } },
    ]);
  });

  it('does not wait for a controller that hears nothing', async () => {
    const notice = Promise.withResolvers<Interruption>();
    const { link, clock, ended } = start({ next: () => notice.promise });
    assign(link);
    await link.until(() => link.said.includes('accepted'));
    notice.resolve({ atMs: clock.now() + 30_000, reason: 'scheduled event Preempt' });
    await link.until(() => link.said.includes('event'));
    clock.advance(5_000);
    await expect(ended).rejects.toMatchObject({ code: 'E_APPLIANCE_INTERRUPTED' });
  });

  it('ends at the end of its life, though the controller still talks', async () => {
    const { link, clock, ended } = start();
    assign(link);
    await link.until(() => link.said.includes('accepted'));
    for (let ms = 0; ms < settings.lifetimeMsMax; ms += 30_000) {
      link.say({ $case: 'leasesRenewed', value: { renewed: [key], lost: [] } });
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(30_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await expect(ended).rejects.toMatchObject({ code: 'E_LIFETIME_OVER' });
  });
});
