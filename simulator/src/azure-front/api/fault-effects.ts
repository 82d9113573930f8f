import type { FaultAction } from '../../app/fault-rules.ts';
import type { Clock } from '../../ports/clock.ts';
import { DemandedError } from '../domain/azure-error.ts';

/** A fault that cuts the connection instead of answering. */
export class DroppedConnection extends Error {}

/** What faults do before the request takes effect. */
export async function failBefore(actions: readonly FaultAction[], clock: Clock): Promise<void> {
  for (const action of actions) {
    if (action.delayMs !== undefined) await clock.sleep(action.delayMs);
    if (!action.applyFirst) fail(action);
  }
}

/** The request took effect, and its answer is lost. */
export function failAfter(actions: readonly FaultAction[]): void {
  for (const action of actions) if (action.applyFirst) fail(action);
}

function fail({ drop, status, code, retryAfter }: FaultAction): void {
  if (drop) throw new DroppedConnection();
  if (status === undefined) return;
  const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  throw new DemandedError(status, code ?? 'ServerBusy', headers);
}
