import type { RepackTask } from '@firn/shared/gen/firn/link/v1/link';
import type { SealedBox } from '@firn/shared/gen/firn/link/v1/work';

/** A task of which all parts of the plan have come. */
export interface WholeTask extends Pick<RepackTask, 'sessionId' | 'attempt' | 'taskNumber'> {
  /** In order; opened, they are the plan end to end. Empty: it has none. */
  readonly plan: readonly SealedBox[];
}

/** Puts plans together that come in several messages; parts that come again replace those before. */
export class PlanParts {
  /** By task number. */
  readonly #tasks = new Map<number, Map<number, SealedBox>>();

  /** Undefined: some of its parts are still to come. */
  add({ sessionId, attempt, taskNumber, plan, part, parts }: RepackTask): WholeTask | undefined {
    const key = { sessionId, attempt, taskNumber };
    if (plan === undefined) return { ...key, plan: [] };
    const known = this.#tasks.get(taskNumber) ?? new Map<number, SealedBox>();
    this.#tasks.set(taskNumber, known.set(part, plan));
    if (known.size < Math.max(1, parts)) return undefined;
    this.#tasks.delete(taskNumber);
    const inOrder = [...known].sort(([a], [b]) => a - b);
    return { ...key, plan: inOrder.map(([, box]) => box) };
  }
}
