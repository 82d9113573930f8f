import type { Levels, RunEntry } from './run-layout.ts';
import type { RunReader } from './run-reader.ts';

/** Entries of one run, in order. */
export type RunScanner = Pick<RunReader, 'scan'>;

interface Source {
  readonly entries: AsyncGenerator<RunEntry>;
  head: RunEntry;
}

/**
 * All keys of all levels once, in order, each with its newest value; removed
 * ones too. Holds one read-ahead per level.
 */
export async function* mergeLevels(
  reader: RunScanner,
  levels: Levels,
  from = '',
): AsyncGenerator<RunEntry> {
  const sources = await openSources(reader, levels, from);
  while (sources.length > 0) {
    const newest = smallest(sources);
    yield newest;
    await advance(sources, newest.key);
  }
}

async function openSources(reader: RunScanner, levels: Levels, from: string): Promise<Source[]> {
  const sources: Source[] = [];
  for (const level of levels) {
    const entries = scanLevel(reader, level, from);
    const first = await entries.next();
    if (!first.done) sources.push({ entries, head: first.value });
  }
  return sources;
}

async function* scanLevel(
  reader: RunScanner,
  level: Levels[number],
  from: string,
): AsyncGenerator<RunEntry> {
  for (const run of level) yield* reader.scan(run, from);
}

/** Of equal keys the one of the newest level: sources stay in the order of levels. */
function smallest(sources: readonly Source[]): RunEntry {
  let found = sources[0]?.head;
  for (const { head } of sources) {
    if (found === undefined || head.key < found.key) found = head;
  }
  return found as RunEntry;
}

async function advance(sources: Source[], key: string): Promise<void> {
  for (let at = sources.length - 1; at >= 0; at -= 1) {
    const source = sources[at];
    if (source?.head.key !== key) continue;
    const next = await source.entries.next();
    if (next.done) sources.splice(at, 1);
    else source.head = next.value;
  }
}

/** Union of the lists in the directories of an index. */
export async function referredSegments(reader: RunReader, levels: Levels): Promise<Set<string>> {
  const segments = new Set<string>();
  for (const run of levels.flat()) {
    for (const segment of (await reader.directory(run)).segments) segments.add(segment);
  }
  return segments;
}
