/**
 * Works on items as they come, at most `concurrency` at a time, and yields the
 * results in the order in which they are done. It takes the next item only when
 * there is room, so a source of any length needs bounded memory. The first
 * failure ends it, after what is under way has ended; so does leaving the loop.
 */
export async function* mapConcurrent<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  concurrency: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const iterator = iteratorOf(items);
  const underWay = new Map<number, Promise<Done<R>>>();
  let started = 0;
  let isExhausted = false;
  try {
    while (!isExhausted || underWay.size > 0) {
      while (!isExhausted && underWay.size < concurrency) {
        const next = await iterator.next();
        if (next.done) isExhausted = true;
        else {
          underWay.set(started, settled(started, work(next.value)));
          started += 1;
        }
      }
      if (underWay.size === 0) return;
      const done = await Promise.race(underWay.values());
      underWay.delete(done.index);
      if ('error' in done) throw done.error;
      yield done.result;
    }
  } finally {
    await Promise.all(underWay.values());
    if (!isExhausted) await iterator.return?.();
  }
}

type Done<R> =
  | { readonly index: number; readonly result: R }
  | { readonly index: number; readonly error: unknown };

/** Never rejects: nobody may be waiting for it yet. */
async function settled<R>(index: number, running: Promise<R>): Promise<Done<R>> {
  try {
    return { index, result: await running };
  } catch (error) {
    return { index, error };
  }
}

function iteratorOf<T>(items: AsyncIterable<T> | Iterable<T>): AsyncIterator<T> | Iterator<T> {
  return Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
}
