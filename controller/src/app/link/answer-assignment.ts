import type { AssignmentAccepted, AssignmentRefused } from '@firn/shared/gen/firn/link/v1/link';
import type { Worker } from '../../domain/worker.ts';
import { applianceAccepted } from '../appliances/appliance-link.ts';
import type { AppContext } from '../context.ts';
import { changeSession } from '../sessions/change-session.ts';
import { decodeProblem } from '../sessions/problem-summary.ts';
import { sendCancel } from '../sessions/stop-session.ts';

/** The worker journalled the attempt. */
export async function acceptAssignment(
  context: AppContext,
  worker: Worker,
  accepted: AssignmentAccepted,
): Promise<void> {
  if (worker.kind === 'appliance') {
    await applianceAccepted(context, worker.id, accepted);
    return;
  }
  const { sessionId, attempt } = accepted;
  if (!(await isOwn(context, worker, sessionId))) return;
  const { leaseMs } = context.settings;
  const session = await changeSession(context, { sessionId, trigger: 'accept', attempt, leaseMs });
  if (session?.state === 'stopping') sendCancel(context, session);
}

/** The worker cannot do it, and says why: the session fails. */
export async function refuseAssignment(
  context: AppContext,
  worker: Worker,
  { sessionId, attempt, problem }: AssignmentRefused,
): Promise<void> {
  if (worker.kind === 'appliance' || !(await isOwn(context, worker, sessionId))) return;
  await changeSession(context, {
    sessionId,
    trigger: 'end-failed',
    attempt,
    problem: decodeProblem(problem),
  });
}

async function isOwn({ database }: AppContext, worker: Worker, sessionId: string) {
  const session = await database.sessions.get(sessionId);
  return session?.proxyId === worker.id;
}
