import type { Worker } from '../../domain/worker.ts';
import { announceAppliances, assignAppliance } from '../appliances/appliance-link.ts';
import { type Deliveries, deliverAssignments } from '../assignments/deliver-assignments.ts';
import type { AppContext } from '../context.ts';
import { sendCancel } from '../sessions/stop-session.ts';

/** After Welcome: everything that the worker must know is sent again. */
export async function workerUp(
  context: AppContext,
  deliveries: Deliveries,
  worker: Worker,
): Promise<void> {
  if (worker.kind === 'appliance') {
    await assignAppliance(context, worker.id);
    return;
  }
  deliveries.reset(worker.id);
  for (const session of await context.database.sessions.openOf(worker.id)) {
    if (session.state === 'stopping') sendCancel(context, session);
  }
  await deliverAssignments(context, deliveries, worker.id);
  await announceAppliances(context, worker.id);
}
