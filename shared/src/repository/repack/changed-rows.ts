/** What a copy of an object lacks: the rows of the source merged with those of the target. */

export type ChangedRow<T> =
  | { readonly type: 'put'; readonly row: T }
  | { readonly type: 'removed'; readonly id: string };

export interface ComparedRows<T> {
  readonly source: AsyncIterable<T>;
  readonly target: AsyncIterable<T>;
  /** Rows come in the order of these ids. */
  readonly idOf: (row: T) => string;
  /** The row of the source as it is to be where the target has one; default: as it is. */
  readonly merged?: (row: T, stored: T) => T;
}

export async function* changedRows<T>(rows: ComparedRows<T>): AsyncGenerator<ChangedRow<T>> {
  const { source, target, idOf, merged = (row) => row } = rows;
  const stored = target[Symbol.asyncIterator]();
  let next = await stored.next();
  for await (const row of source) {
    while (!next.done && idOf(next.value) < idOf(row)) {
      yield { type: 'removed', id: idOf(next.value) };
      next = await stored.next();
    }
    if (next.done || idOf(next.value) !== idOf(row)) {
      yield { type: 'put', row };
      continue;
    }
    const wanted = merged(row, next.value);
    if (!isSame(next.value, wanted)) yield { type: 'put', row: wanted };
    next = await stored.next();
  }
  for (; !next.done; next = await stored.next()) yield { type: 'removed', id: idOf(next.value) };
}

/** Rows are stored as they are given: the same row has the same JSON. */
function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The rows of nothing. */
export async function* noRows(): AsyncGenerator<never> {}
