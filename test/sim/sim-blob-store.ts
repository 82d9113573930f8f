import { AppError } from '@firn/shared/errors/app-error';
import { InvariantError } from '@firn/shared/errors/invariant';
import type { BlobInfo, BlobStore, PutOptions } from '@firn/shared/repository/ports';
import type { Faults } from './faults.ts';
import type { SimProcess } from './sim-process.ts';
import type { SimStorage } from './sim-storage.ts';
import { minuteMs, type World } from './world.ts';

interface Call<T> {
  readonly label: string;
  readonly isWrite: boolean;
  /** Happens at the storage, once. What it throws is the reply. */
  readonly apply: () => T;
}

export interface SimNetwork {
  readonly world: World;
  readonly storage: SimStorage;
  /** Replaced by none at the healing. */
  faults: Faults;
}

const latencyMsMax = 200;

/** The storage as one process reaches it: slow, and unsure of what was applied. */
export class SimBlobStore implements BlobStore {
  readonly #network: SimNetwork;
  readonly #process: SimProcess;

  constructor(network: SimNetwork, process: SimProcess) {
    this.#network = network;
    this.#process = process;
  }

  put(name: string, body: Uint8Array, options: PutOptions = {}): Promise<void> {
    const apply = () => {
      if (this.#network.storage.put(name, body, options.ifAbsent ?? false)) return;
      throw new AppError('E_BLOB_EXISTS', `${name} exists`);
    };
    return this.#call({ label: `put ${name}`, isWrite: true, apply });
  }

  get(name: string): Promise<{ info: BlobInfo; bytes: Uint8Array }> {
    const apply = () => {
      const blob = this.#network.storage.get(name);
      if (blob === undefined) throw new AppError('E_BLOB_NOT_FOUND', `${name} is not there`);
      return blob;
    };
    return this.#call({ label: `get ${name}`, isWrite: false, apply });
  }

  head(name: string): Promise<BlobInfo | undefined> {
    const apply = () => this.#network.storage.get(name)?.info;
    return this.#call({ label: `head ${name}`, isWrite: false, apply });
  }

  async *list(prefix: string): AsyncIterable<BlobInfo> {
    const apply = () => this.#network.storage.list(prefix);
    yield* await this.#call({ label: `list ${prefix}`, isWrite: false, apply });
  }

  delete(name: string): Promise<void> {
    const apply = () => this.#network.storage.delete(name);
    return this.#call({ label: `delete ${name}`, isWrite: true, apply });
  }

  putStream(): Promise<void> {
    throw new InvariantError('the log does not stream');
  }

  copy(): Promise<void> {
    throw new InvariantError('the log does not copy');
  }

  #call<T>(call: Call<T>): Promise<T> {
    const { world, faults } = this.#network;
    const { random } = world;
    return new Promise((resolve, reject) => {
      const isSlow = random.chance(faults.slow);
      const delayMs = random.between(5, isSlow ? faults.slowMsMax : latencyMsMax);
      const replyUnclear = (afterMs: number) =>
        this.#process.deliver(afterMs, `${call.label} unclear`, () => reject(unclear(call.label)));
      if (random.chance(faults.failBefore)) {
        const fail = () => reject(new AppError('E_STORAGE_UNAVAILABLE', `${call.label} failed`));
        this.#process.deliver(delayMs, `${call.label} fails`, fail);
      } else if (call.isWrite && random.chance(faults.applyLate)) {
        const lateMs = random.between(delayMs, delayMs + Math.max(minuteMs, faults.lateMsMax));
        world.schedule(lateMs, `${call.label} late`, () => attempt(call.apply));
        replyUnclear(delayMs);
      } else if (call.isWrite && random.chance(faults.loseReply)) {
        world.schedule(delayMs, call.label, () => attempt(call.apply));
        replyUnclear(delayMs + random.between(1, minuteMs));
      } else {
        world.schedule(delayMs, call.label, () =>
          this.#reply(attempt(call.apply), resolve, reject),
        );
      }
    });
  }

  /** The reply of a call that was applied just now. A paused process sees it later. */
  #reply<T>(
    outcome: Outcome<T>,
    resolve: (value: T) => void,
    reject: (error: unknown) => void,
  ): void {
    const observe = () => ('error' in outcome ? reject(outcome.error) : resolve(outcome.value));
    if (!this.#process.isAlive) return;
    if (this.#process.isPaused) this.#process.deliver(0, 'reply', observe);
    else observe();
  }
}

type Outcome<T> = { readonly value: T } | { readonly error: unknown };

function attempt<T>(apply: () => T): Outcome<T> {
  try {
    return { value: apply() };
  } catch (error) {
    return { error };
  }
}

function unclear(label: string): AppError {
  return new AppError('E_STORAGE_UNCLEAR', `the reply to ${label} was lost`);
}
