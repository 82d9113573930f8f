/** What a copy of an object lacks: the rows of the source merged with those of the target. */

export type ChangedRow<T> =
  | { readonly type: 'put'; readonly row: T }
  | { readonly type: 'removed'; readonly id: string };

/** @param idOf rows come in the order of these ids */
export async function* changedRows<T>(
  source: AsyncIterable<T>,
  target: AsyncIterable<T>,
  idOf: (row: T) => string,
): AsyncGenerator<ChangedRow<T>> {
  const stored = target[Symbol.asyncIterator]();
  let next = await stored.next();
  for await (const row of source) {
    while (!next.done && idOf(next.value) < idOf(row)) {
      yield { type: 'removed', id: idOf(next.value) };
      next = await stored.next();
    }
    const isThere = !next.done && idOf(next.value) === idOf(row);
    if (!isThere || !isSame(next.value, row)) yield { type: 'put', row };
    if (isThere) next = await stored.next();
  }
  for (; !next.done; next = await stored.next()) yield { type: 'removed', id: idOf(next.value) };
}

/** Rows are stored as they are given: the same row has the same JSON. */
function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The rows of nothing. */
export async function* noRows(): AsyncGenerator<never> {}
