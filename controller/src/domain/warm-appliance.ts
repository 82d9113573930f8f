import type { Appliance } from './worker.ts';

/** One with less of its life left is not kept: for so little work no machine is worth its wait. */
export const reuseLifeMsMin = 30 * 60 * 1000;

/** What is given when less is left than this may reach a machine that has just gone. */
const warmLeftMsMin = 10 * 1000;

/** Whether the session is the one that the appliance has. One that is warm has none any more. */
export function serves({ sessionId, state }: Appliance, id: string): boolean {
  return sessionId === id && state !== 'warm' && state !== 'ended';
}

/** What a session wants an appliance for. */
export interface ReuseWish {
  /** null: the standard place, whose appliances are never kept. */
  readonly templateId: string | null;
  readonly organizationId: string | null;
}

/**
 * Whether a warm appliance may be given this work: only what it might have been
 * launched for, of the organization that it was launched for. Templates never change,
 * so one template is one place, one network and one set of rights.
 */
export function mayBeReused(appliance: Appliance, wish: ReuseWish): boolean {
  const { state, isEnding, overdue, warmLeftMs, templateId, organizationId } = appliance;
  const isWarm = state === 'warm' && !isEnding && !overdue && (warmLeftMs ?? 0) > warmLeftMsMin;
  const isOfTemplate = templateId !== null && templateId === wish.templateId;
  return (
    isWarm && isOfTemplate && organizationId !== null && organizationId === wish.organizationId
  );
}

/** Why one that got its last task is kept no longer; undefined: it is. */
export function reasonToCool({ warmLeftMs, keepWarmMinutes }: Appliance): string | undefined {
  if (keepWarmMinutes === 0) return 'its template is gone';
  return (warmLeftMs ?? 0) <= 0 ? 'it was warm for as long as it may be' : undefined;
}
