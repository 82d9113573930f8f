import { mapConcurrent } from '@firn/shared/lifecycle/concurrency';

/**
 * Runs work for each value, at most limit at a time, taking the next value only
 * when there is room. The first error ends it, once all that was under way has
 * ended.
 */
export async function forEachConcurrent<Value>(
  values: AsyncIterable<Value> | Iterable<Value>,
  limit: number,
  work: (value: Value) => Promise<void>,
): Promise<void> {
  for await (const _ of mapConcurrent(values, limit, work));
}
