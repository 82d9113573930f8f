import { readPlan } from '../erase/erasure-plan.ts';
import type { OpenContext } from '../open-context.ts';
import { type Finding, finding, problemOf } from './finding.ts';

/** What was erased, and that it is known what each erasure had to destroy. */
export async function* checkErasures(context: OpenContext): AsyncGenerator<Finding> {
  const { erased } = context.log.state;
  for (const [objectId, { erasureId, atMs }] of erased) {
    const subject = { blob: `erased/${erasureId}`, severity: 'note', objectId } as const;
    yield finding(subject, 'E_OBJECT_ERASED', `erased at ${new Date(atMs).toISOString()}`);
  }
  for (const erasureId of new Set([...erased.values()].map((object) => object.erasureId))) {
    const problem = await problemOf(() => readPlan(context, erasureId));
    const subject = { blob: `erased/${erasureId}`, severity: 'warning' } as const;
    if (problem !== undefined) yield finding(subject, 'E_ERASURE_DAMAGED', problem);
  }
}
