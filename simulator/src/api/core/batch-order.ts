import type { BatchPart } from './batch-part.ts';

const PER_LANE = 4;

interface BatchWork<A> {
  laneOf(part: BatchPart): string | undefined;
  run(part: BatchPart): Promise<A>;
  skip(part: BatchPart): A;
}

/**
 * Runs the parts of a batch: each after the one it depends on, at most four at a time for one
 * mailbox, all others at once. Answers come in the order in which they were ready.
 */
export async function runBatch<A extends { readonly status: number }>(
  parts: readonly BatchPart[],
  work: BatchWork<A>,
): Promise<readonly A[]> {
  const answers: A[] = [];
  const lanes = new Map<string, Gate>();
  const results = new Map<string, Promise<A>>();
  const runOne = async (part: BatchPart): Promise<A> => {
    const before = await Promise.all(part.dependsOn.flatMap((id) => results.get(id) ?? []));
    const blocked = before.some(({ status }) => status >= 400);
    const answer = blocked ? work.skip(part) : await throughGate(part, work, lanes);
    answers.push(answer);
    return answer;
  };
  for (const part of parts) results.set(part.id, runOne(part));
  await Promise.all(results.values());
  return answers;
}

async function throughGate<A>(
  part: BatchPart,
  work: BatchWork<A>,
  lanes: Map<string, Gate>,
): Promise<A> {
  const lane = work.laneOf(part);
  if (lane === undefined) return work.run(part);
  const gate = lanes.get(lane) ?? new Gate(PER_LANE);
  lanes.set(lane, gate);
  return gate.through(() => work.run(part));
}

/** Lets so many through at a time, first come first served. */
class Gate {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(width: number) {
    this.#free = width;
  }

  async through<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    }
  }
}
