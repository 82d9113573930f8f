import { AppError } from '@firn/shared/errors/app-error';
import type { ProblemSummary } from '../../domain/problem.ts';
import type { Session } from '../../domain/session.ts';
import { isFinal } from '../../domain/session-state.ts';
import type { AppContext } from '../context.ts';
import { found } from '../resources/found.ts';
import { changeSession, logSession } from './change-session.ts';
import { toSummary } from './problem-summary.ts';

/** E_NOT_FOUND; E_CONFLICT when it has ended. What it stored stays. */
export async function stopSession(context: AppContext, sessionId: string): Promise<Session> {
  const session = found('session', sessionId, await context.database.sessions.get(sessionId));
  if (isFinal(session.state)) {
    throw new AppError('E_CONFLICT', `session ${sessionId} has ended already: ${session.state}`);
  }
  const stopped = await requestStop(
    context,
    sessionId,
    toSummary(new AppError('E_SESSION_STOPPED', 'the session was stopped by a user')),
  );
  return stopped ?? found('session', sessionId, await context.database.sessions.get(sessionId));
}

/** When a job goes, its open sessions go. */
export async function stopSessionsOfJob(
  context: AppContext,
  jobId: string,
  reason: string,
): Promise<void> {
  const open = await context.database.sessions.openOfJob(jobId);
  const problem = toSummary(
    new AppError('E_SESSION_STOPPED', `the session was stopped: ${reason}`),
  );
  for (const { id } of open) await requestStop(context, id, problem);
}

/**
 * Records the wish; the proxy is told now if it is connected, and on every
 * later link until it reports the end. undefined: there was nothing to stop.
 */
export async function requestStop(
  context: AppContext,
  sessionId: string,
  problem: ProblemSummary,
): Promise<Session | undefined> {
  const session = await changeSession(context, { sessionId, trigger: 'stop', problem });
  if (session === undefined) return undefined;
  await logSession(context, sessionId, 'warning', problem.message);
  if (session.state === 'stopping') sendCancel(context, session);
  return session;
}

export function sendCancel({ links }: AppContext, session: Session): void {
  const reason = session.problem?.message ?? 'the session was stopped';
  links.send(session.proxyId, { $case: 'cancel', value: { sessionId: session.id, reason } });
}
