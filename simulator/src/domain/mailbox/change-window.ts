/** What lives now or left, with the change number of its last change. */
export interface Changed {
  readonly seq: number;
}

/** A page of changes. */
export interface ChangePage<L, R> {
  readonly entries: readonly (
    | { readonly live: L; readonly removed?: undefined }
    | { readonly removed: R; readonly live?: undefined }
  )[];
  /** Where the next page (or the next round) begins. */
  readonly position: number;
  readonly more: boolean;
}

/** Where a client stands in a feed of changes. */
export interface ChangeWindow {
  /** Changes up to this number are known to the client. */
  readonly position: number;
  /**
   * For a first round: the number at its beginning. What left before cannot have been seen, so
   * it is not told; what leaves while the round is paged is.
   */
  readonly roundStart: number;
}

/**
 * The next changes after the window's position, oldest first. Both sources MUST be in ascending
 * order of seq, and no two changes may share a number. A client that starts at 0 and follows the
 * positions, whatever the page sizes and whatever changes between the pages, ends with the live
 * set.
 */
export function nextChanges<L extends Changed, R extends Changed>(
  source: { readonly live: Iterable<L>; readonly removed: Iterable<R> },
  window: ChangeWindow,
  limit: number,
): ChangePage<L, R> {
  const removedAfter = Math.max(window.position, window.roundStart);
  const live = take(source.live, window.position, limit + 1).map((entry) => ({ live: entry }));
  const gone = take(source.removed, removedAfter, limit + 1).map((entry) => ({ removed: entry }));
  const merged = [...live, ...gone].sort((a, b) => seqOf(a) - seqOf(b));
  const entries = merged.slice(0, limit);
  const last = entries.at(-1);
  return {
    entries,
    position: last ? seqOf(last) : window.position,
    more: merged.length > limit,
  };
}

function seqOf(entry: { live?: Changed; removed?: Changed }): number {
  return entry.live?.seq ?? entry.removed?.seq ?? 0;
}

function take<T extends Changed>(source: Iterable<T>, after: number, limit: number): T[] {
  const taken: T[] = [];
  for (const entry of source) {
    if (entry.seq <= after) continue;
    taken.push(entry);
    if (taken.length === limit) break;
  }
  return taken;
}
