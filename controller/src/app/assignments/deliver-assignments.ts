import { AppError, isAppError } from '@firn/shared/errors/app-error';
import type { Session } from '../../domain/session.ts';
import type { AppContext } from '../context.ts';
import { changeSession, logSession } from '../sessions/change-session.ts';
import { toSummary } from '../sessions/problem-summary.ts';
import { buildSecrets } from './build-secrets.ts';
import { buildWork } from './build-work.ts';

/**
 * When each attempt was last sent on the link that is up. In memory: after a
 * restart everything that was not accepted is sent again, which does no harm.
 */
export class Deliveries {
  readonly #sentAtMs = new Map<string, Map<string, number>>();

  isDue(workerId: string, attempt: string, nowMs: number, resendMs: number): boolean {
    const sentAtMs = this.#sentAtMs.get(workerId)?.get(attempt);
    return sentAtMs === undefined || nowMs - sentAtMs >= resendMs;
  }

  sent(workerId: string, attempt: string, nowMs: number): void {
    const ofWorker = this.#sentAtMs.get(workerId) ?? new Map<string, number>();
    ofWorker.set(attempt, nowMs);
    this.#sentAtMs.set(workerId, ofWorker);
  }

  /** A new link: nothing was sent on it. */
  reset(workerId: string): void {
    this.#sentAtMs.delete(workerId);
  }
}

/**
 * Sends a connected proxy what it has not accepted: queued sessions get their
 * first attempt here. At least once: the agent's journal answers a duplicate.
 */
export async function deliverAssignments(
  context: AppContext,
  deliveries: Deliveries,
  proxyId: string,
): Promise<void> {
  if (!context.links.isUp(proxyId)) return;
  for (const session of await context.database.sessions.openOf(proxyId)) {
    const assigned = session.state === 'queued' ? await assign(context, session) : session;
    if (assigned?.state === 'assigned') await send(context, deliveries, assigned);
  }
}

/**
 * Another attempt, or the end of a session that had too many.
 * @returns undefined when the session is no longer to be assigned
 */
export async function assign(context: AppContext, session: Session): Promise<Session | undefined> {
  const { id: sessionId, attempt } = session;
  if (attempt >= context.settings.attemptsMax) {
    const problem = toSummary(
      new AppError(
        'E_SESSION_ATTEMPTS_EXHAUSTED',
        `the session did not end in ${attempt} attempts`,
      ),
    );
    await changeSession(context, { sessionId, trigger: 'give-up', attempt, problem });
    return undefined;
  }
  const assigned = await changeSession(context, { sessionId, trigger: 'assign', attempt });
  if (assigned !== undefined && assigned.attempt > 1) {
    await logSession(context, sessionId, 'warning', `attempt ${assigned.attempt} begins`);
  }
  return assigned;
}

async function send(context: AppContext, deliveries: Deliveries, session: Session): Promise<void> {
  const { id: sessionId, attempt, proxyId } = session;
  const key = `${sessionId} ${attempt}`;
  const nowMs = context.clock.now();
  if (!deliveries.isDue(proxyId, key, nowMs, context.settings.resendMs)) return;
  try {
    const work = await buildWork(context.database, session);
    const secrets = await buildSecrets(context, work);
    if (context.links.assign(proxyId, { sessionId, attempt, work }, secrets)) {
      deliveries.sent(proxyId, key, nowMs);
    }
  } catch (error) {
    // The record no longer has what the work needs: no attempt can change that.
    if (!isAppError(error) || error.retry === 'later') throw error;
    const problem = toSummary(error);
    await changeSession(context, { sessionId, trigger: 'give-up', attempt, problem });
  }
}
