import { AppError } from '@firn/shared/errors/app-error';
import type { Hello, Welcome } from '@firn/shared/gen/firn/link/v1/link';
import type { Session, SessionAttempt } from '../../domain/session.ts';
import type { Worker } from '../../domain/worker.ts';
import { assign } from '../assignments/deliver-assignments.ts';
import type { AppContext } from '../context.ts';
import { changeSession, logSession } from '../sessions/change-session.ts';

export interface Greeting {
  readonly worker: Worker;
  readonly welcome: Welcome;
  /** This process was replaced by a newer one of the same worker: it must end. */
  readonly superseded: boolean;
}

/**
 * Answers a Hello: makes this the newest link of the worker and brings its
 * journal and the record together. What the journal has at the right attempt
 * is adopted (also after a restart of the controller); what it has beyond that
 * is to be dropped; what the record has and the journal lacks gets a new
 * attempt, since the journal is written before an assignment is accepted.
 */
export async function greetWorker(
  context: AppContext,
  workerId: string,
  hello: Hello,
): Promise<Greeting> {
  const worker = await context.database.workers.connect(workerId, {
    incarnation: hello.incarnation,
    version: hello.workerVersion,
  });
  if (worker === undefined) {
    throw new AppError('E_WORKER_REVOKED', `the certificate of worker ${workerId} was revoked`);
  }
  const superseded = worker.incarnation !== hello.incarnation;
  const kept = superseded ? [] : await reconcile(context, worker, hello.running);
  return {
    worker,
    superseded,
    welcome: {
      workerId,
      linkEpoch: BigInt(worker.linkEpoch),
      heartbeatIntervalMs: context.settings.heartbeatMs,
      leaseMs: context.settings.leaseMs,
      ownerIncarnation: worker.incarnation ?? hello.incarnation,
      drop: without(hello.running, kept),
    },
  };
}

function reconcile(
  context: AppContext,
  worker: Worker,
  running: readonly SessionAttempt[],
): Promise<readonly SessionAttempt[]> {
  return worker.kind === 'appliance'
    ? keptByAppliance(context, worker.id, running)
    : adoptSessions(context, worker.id, running);
}

async function adoptSessions(
  context: AppContext,
  proxyId: string,
  running: readonly SessionAttempt[],
): Promise<readonly SessionAttempt[]> {
  const { database, settings, feed } = context;
  const adopted = await database.sessions.renewLeases(proxyId, running, settings.leaseMs);
  for (const { sessionId } of adopted) feed.wake(sessionId);
  const open = await database.sessions.openOf(proxyId);
  for (const session of open.filter((one) => !has(adopted, one))) {
    await resumeWithoutJournal(context, session);
  }
  return adopted;
}

/** The proxy is here, and its journal does not have the session. */
async function resumeWithoutJournal(context: AppContext, session: Session): Promise<void> {
  const { id: sessionId, attempt, state } = session;
  if (state === 'stopping') {
    await changeSession(context, { sessionId, trigger: 'give-up', attempt });
    return;
  }
  if (state === 'running') {
    await changeSession(context, { sessionId, trigger: 'lease-expired', attempt });
  }
  if (state === 'running' || state === 'lost') {
    await logSession(context, sessionId, 'warning', `the proxy no longer has attempt ${attempt}`);
    const lost = await context.database.sessions.get(sessionId);
    if (lost?.state === 'lost') await assign(context, lost);
  }
}

/** An appliance has one session; it is kept while that runs at the same attempt. */
async function keptByAppliance(
  { database }: AppContext,
  workerId: string,
  running: readonly SessionAttempt[],
): Promise<readonly SessionAttempt[]> {
  const appliance = await database.appliances.get(workerId);
  if (appliance === undefined || appliance.state === 'ended') return [];
  return running.filter(
    ({ sessionId, attempt }) => sessionId === appliance.sessionId && attempt === appliance.attempt,
  );
}

function has(list: readonly SessionAttempt[], { id, attempt }: Session): boolean {
  return list.some((one) => one.sessionId === id && one.attempt === attempt);
}

export function without(
  all: readonly SessionAttempt[],
  kept: readonly SessionAttempt[],
): SessionAttempt[] {
  return all.filter(
    ({ sessionId, attempt }) =>
      !kept.some((one) => one.sessionId === sessionId && one.attempt === attempt),
  );
}
