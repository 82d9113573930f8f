/**
 * Works on items, so many at a time, and gives the results as they come. When
 * work throws, or the reader stops, the rest is awaited and no more is begun.
 */
export async function* concurrently<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  limit: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const running = new Map<number, Promise<{ readonly key: number; readonly result: R }>>();
  const takeOne = async (): Promise<R> => {
    const { key, result } = await Promise.race(running.values());
    running.delete(key);
    return result;
  };
  try {
    let key = 0;
    for await (const item of items) {
      if (running.size >= limit) yield await takeOne();
      const own = key;
      key += 1;
      running.set(
        own,
        work(item).then((result) => ({ key: own, result })),
      );
    }
    while (running.size > 0) yield await takeOne();
  } finally {
    await Promise.allSettled(running.values());
  }
}
