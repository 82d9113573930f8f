import { isAppError } from '../../src/errors/app-error.ts';
import type { CopyOptions, PutOptions } from '../../src/repository/ports.ts';
import { TestStore } from './test-store.ts';

/** One write of a process, as the storage sees it. */
export interface Mutation {
  readonly what: string;
  /** Does it to a store; what is there already stays as it is. */
  readonly apply: (store: TestStore) => Promise<void>;
  /** Counts the starts and ends of all mutations, in order. */
  readonly startedAt: number;
  /** Infinity: the process never heard of it. */
  endedAt: number;
}

/** A test store that writes down every mutation, in the order in which they were started. */
export class RecordingStore extends TestStore {
  readonly mutations: Mutation[] = [];
  #events = 0;

  override put(name: string, body: Uint8Array, options?: PutOptions): Promise<void> {
    const bytes = Uint8Array.from(body);
    return this.#record(`put ${name}`, (store) =>
      TestStore.prototype.put.call(store, name, bytes, options),
    );
  }

  override delete(name: string): Promise<void> {
    return this.#record(`delete ${name}`, (store) => TestStore.prototype.delete.call(store, name));
  }

  override copy(from: string, to: string, options: CopyOptions): Promise<void> {
    return this.#record(`copy ${to}`, (store) =>
      TestStore.prototype.copy.call(store, from, to, options),
    );
  }

  async #record(what: string, change: (store: TestStore) => Promise<void>): Promise<void> {
    const apply = (store: TestStore) =>
      change(store).catch((error: unknown) => {
        if (!isAppError(error, 'E_BLOB_EXISTS')) throw error;
      });
    const mutation: Mutation = {
      ...{ what, apply },
      startedAt: this.#next(),
      endedAt: Number.POSITIVE_INFINITY,
    };
    this.mutations.push(mutation);
    // What else is written at the same time is started before this one has ended.
    for (let turn = 0; turn < 3; turn += 1) await Promise.resolve();
    await change(this);
    mutation.endedAt = this.#next();
  }

  #next(): number {
    this.#events += 1;
    return this.#events;
  }
}
