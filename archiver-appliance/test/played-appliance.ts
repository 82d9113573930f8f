import { MemoryBus } from '@firn/shared/bus/memory-bus';
import { nodeCompute } from '@firn/shared/compute/node-compute';
import { nodeEntropy } from '@firn/shared/compute/node-entropy';
import type {
  CredentialsRequest,
  Heartbeat,
  RepackResult,
  SessionEvent,
} from '@firn/shared/gen/firn/link/v1/link';
import {
  type SealedBox,
  SecretBundle,
  type StorageCredential,
} from '@firn/shared/gen/firn/link/v1/work';
import { MemoryStore } from '@firn/shared/object-store/memory/memory-store';
import { MemoryLogger } from '@firn/shared/observe/memory-logger';
import type { ControllerMessage, LinkStream } from '@firn/shared/rpc/link/link-stream';
import { ManualClock } from '@firn/shared/time/manual-clock';
import { noInterruptions } from '../src/adapters/metadata/no-interruptions.ts';
import { runAppliance } from '../src/app/run-appliance.ts';
import type { Interruptions } from '../src/ports/interruptions.ts';

export const settings = {
  version: 'test',
  taskConcurrency: 2,
  silenceMsMax: 60_000,
  lifetimeMsMax: 3_600_000,
};
export const key = { sessionId: 'copy-1', attempt: 2 };

function boxOf(text: string): SealedBox {
  const empty = Buffer.alloc(0);
  return { ephemeralPublicKey: empty, nonce: empty, ciphertext: Buffer.from(text) };
}

/** The controller's end of one link in memory. */
export class FakeLink {
  readonly said: string[] = [];
  readonly results: RepackResult[] = [];
  readonly events: SessionEvent[] = [];
  readonly beats: Heartbeat[] = [];
  readonly asked: CredentialsRequest[] = [];
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
        if (message.$case === 'heartbeat') this.beats.push(message.value);
        if (message.$case === 'credentialsRequest') this.asked.push(message.value);
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

/** An appliance on a link in memory; the test plays the controller. */
export function start(interruptions: Interruptions = noInterruptions) {
  const link = new FakeLink();
  const clock = new ManualClock();
  const stop = new AbortController();
  /** How to come by the credential of each storage that it opened, in order. */
  const credentials: (() => Promise<StorageCredential>)[] = [];
  const ended = runAppliance(
    {
      dial: async () => link.stream(),
      clock,
      random: () => 0,
      bus: new MemoryBus(),
      storages: {
        open: (_, credential) => {
          credentials.push(credential);
          return new MemoryStore({ clock });
        },
      },
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
  return { link, clock, ended, stop, credentials };
}

/** A session, how long the appliance is to wait after it, and what it is told for its storages. */
export interface Assigned {
  readonly of?: typeof key;
  readonly keepWarmMs?: number;
  readonly storages?: readonly string[];
  /** Of what it is told; undefined: never. */
  readonly expiresAt?: Date;
}

export function assign(link: FakeLink, assigned: Assigned = {}): void {
  const { of = key, keepWarmMs = 0, storages = [], expiresAt } = assigned;
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
  const refs = {
    source: storage('hot', 'hot'),
    target: storage('cold', 'archive'),
    epoch: 1n,
    keepWarmMs,
  };
  const work = { work: { $case: 'repack' as const, value: refs } };
  link.say({
    $case: 'assignment',
    value: { ...of, work, secrets: secretsFor(storages, expiresAt) },
  });
}

function secretsFor(storageIds: readonly string[], expiresAt: Date | undefined): SealedBox {
  const storages = storageIds.map((storageId) => ({
    ...{ storageId, expiresAt, sasToken: '', s3Keys: undefined },
  }));
  const bundle = { storages, repositories: [], organization: undefined };
  return { ...boxOf(''), ciphertext: Buffer.from(SecretBundle.encode(bundle).finish()) };
}

export function task(link: FakeLink, taskNumber: number, last = false, of = key): void {
  const plan = last ? undefined : boxOf('not a plan');
  const whole = { plan, last, part: 0, parts: 1 };
  link.say({ $case: 'repackTask', value: { ...of, taskNumber, workerId: '', ...whole } });
}
