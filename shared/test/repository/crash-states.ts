import type { Mutation } from './recording-store.ts';
import type { TestStore } from './test-store.ts';

/** What a crash may leave, and what may reach the storage after it. */
export interface CrashState {
  readonly name: string;
  readonly store: TestStore;
  /** Applied once the next process has done its work. */
  readonly late: readonly Mutation[];
}

/**
 * Every state that a crash can leave: after each prefix of the mutations, what
 * was not acknowledged by then is lost, done, done alone (whatever was started
 * before it lost), done twice, or done late.
 */
export async function* crashStates(
  base: TestStore,
  mutations: readonly Mutation[],
): AsyncGenerator<CrashState> {
  for (let started = 0; started <= mutations.length; started += 1) {
    const next = mutations[started]?.startedAt ?? Number.POSITIVE_INFINITY;
    const before = mutations.slice(0, started);
    const done = before.filter(({ endedAt }) => endedAt < next);
    const pending = before.filter(({ endedAt }) => endedAt > next);
    const at = `${started} of ${mutations.length} (${before.at(-1)?.what ?? 'nothing yet'})`;
    const state = async (name: string, applied: readonly Mutation[], late = noMutations) => {
      const store = base.fork();
      for (const mutation of applied) await mutation.apply(store);
      return { name: `${at}: ${name}`, store, late };
    };
    yield state('acknowledged ones only', done);
    const last = done.at(-1);
    if (last !== undefined) yield state('the last one twice', [...done, last]);
    if (pending.length === 0) continue;
    yield state('the others done', [...done, ...pending]);
    yield state('the others late', done, pending);
    if (pending.length === 1) continue;
    for (const alone of pending) yield state(`only ${alone.what} done`, [...done, alone]);
  }
}

const noMutations: readonly Mutation[] = [];
