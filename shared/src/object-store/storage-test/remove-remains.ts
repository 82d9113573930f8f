import { AppError, isAppError } from '../../errors/app-error.ts';
import { mapConcurrent } from '../../lifecycle/concurrency.ts';
import type { StorageFinding, TestedStorage } from './storage-check.ts';

const check = 'clean-up';
/** A test takes minutes; what is older was left by one that was killed. */
const abandonedMs = 60 * 60_000;
const deletedAtOnce = 8;

/**
 * Removes what this run put, in this try or an earlier one, and what killed runs
 * left an hour ago or longer. Also after the signal was aborted: nobody else would.
 */
export async function removeRemains(tested: TestedStorage): Promise<StorageFinding> {
  const { store, root } = tested;
  try {
    const beforeMs = (await storageNowMs(tested)) - abandonedMs;
    const names: string[] = [];
    for await (const { name, modifiedAtMs } of store.list('')) {
      if (name.startsWith(runOf(root)) || modifiedAtMs < beforeMs) names.push(name);
    }
    const left = await deleteAll(tested, names);
    await store.abortStrays?.('', beforeMs);
    await store.abortStrays?.(runOf(root), Number.POSITIVE_INFINITY);
    const [first] = left;
    if (first === undefined) {
      return { check, outcome: 'passed', message: `${names.length} objects` };
    }
    const message = `of ${names.length} objects of tests ${left.length} stay: ${first.message}`;
    return { check, outcome: 'warning', message };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { check, outcome: 'warning', message: `what lies below ${root}? ${error.message}` };
  }
}

/** The first folder of the root. */
function runOf(root: string): string {
  return root.slice(0, root.indexOf('/') + 1);
}

async function storageNowMs({ store, clock }: TestedStorage): Promise<number> {
  return (await store.locks?.now()) ?? clock.now();
}

async function deleteAll({ store }: TestedStorage, names: readonly string[]): Promise<AppError[]> {
  const left: AppError[] = [];
  const remove = async (name: string) => {
    await store.delete(name).catch((error: unknown) => {
      if (!isAppError(error)) throw error;
      left.push(error);
    });
  };
  for await (const _ of mapConcurrent(names, deletedAtOnce, remove));
  return left;
}
