import type { LeasesRenewed } from '@firn/shared/gen/firn/link/v1/link';
import type { SessionAttempt } from '../../domain/session.ts';
import { isFinal } from '../../domain/session-state.ts';
import type { Worker } from '../../domain/worker.ts';
import { applianceIsFree } from '../appliances/appliance-link.ts';
import type { AppContext } from '../context.ts';
import { without } from './greet-worker.ts';

/** Answers a heartbeat: leases by the database's clock, and what the worker lost. */
export async function renewLeases(
  context: AppContext,
  worker: Worker,
  running: readonly SessionAttempt[],
): Promise<LeasesRenewed> {
  const { database, settings } = context;
  await database.workers.touch(worker.id);
  const renewed =
    worker.kind === 'proxy'
      ? await database.sessions.renewLeases(worker.id, running, settings.leaseMs)
      : await renewAppliance(context, worker.id, running);
  return { renewed: [...renewed], lost: without(running, renewed) };
}

async function renewAppliance(
  context: AppContext,
  workerId: string,
  running: readonly SessionAttempt[],
): Promise<SessionAttempt[]> {
  const { database } = context;
  const appliance = await database.appliances.get(workerId);
  if (appliance === undefined || appliance.state === 'ended') return [];
  if (running.length === 0) await applianceIsFree(context, appliance);
  const session = await database.sessions.get(appliance.sessionId);
  const stands =
    session !== undefined && !isFinal(session.state) && session.attempt === appliance.attempt;
  if (!stands) return [];
  return running.filter(({ sessionId }) => sessionId === appliance.sessionId);
}
