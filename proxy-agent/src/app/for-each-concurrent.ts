/**
 * Runs work for each value, at most limit at a time, taking the next value only
 * when there is room. The first error stops taking values; it is thrown once
 * all that was under way has ended.
 */
export async function forEachConcurrent<Value>(
  values: AsyncIterable<Value> | Iterable<Value>,
  limit: number,
  work: (value: Value) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  try {
    for await (const value of values) {
      if (failures.length > 0) break;
      const job = work(value)
        .catch((error: unknown) => {
          failures.push(error);
        })
        .finally(() => running.delete(job));
      running.add(job);
      if (running.size >= limit) await Promise.race(running);
      if (failures.length > 0) break;
    }
  } finally {
    await Promise.all(running);
  }
  if (failures.length > 0) throw failures[0];
}
