import { sum } from '../bytes.ts';
import { PackMarker } from '../garbage/pack-marker.ts';
import type { LogState } from '../log/state.ts';
import type { OpenContext } from '../open-context.ts';

/** What the newest restore point of a job shows. */
export interface NewestContent {
  readonly jobId: string;
  /** Of its segments, sealed, each once: what a first copy of it moves. */
  readonly bytes: number;
}

/** Of each job that has something. Reads what marking reads, and writes nothing. */
export async function newestContents(
  context: OpenContext,
  state: LogState,
  signal?: AbortSignal,
): Promise<readonly NewestContent[]> {
  const contents: NewestContent[] = [];
  for (const jobId of [...state.points.keys()].sort()) {
    signal?.throwIfAborted();
    const marker = new PackMarker(context);
    await marker.referencedPacks(newestRoots(state, jobId), state);
    const bytes = sum([...marker.uses.values()].map(({ liveBytes }) => liveBytes));
    contents.push({ jobId, bytes });
  }
  return contents;
}

function newestRoots(state: LogState, jobId: string): ReadonlySet<string> {
  const objects = [...(state.points.get(jobId)?.values() ?? [])];
  return new Set(objects.flatMap(({ points }) => points.at(-1)?.root ?? []));
}
