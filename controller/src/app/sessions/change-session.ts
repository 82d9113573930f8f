import { subjects } from '@firn/shared/bus/subjects';
import { repositoryIdOf, type Session } from '../../domain/session.ts';
import { isFinal } from '../../domain/session-state.ts';
import type { Records } from '../../ports/records.ts';
import type { Transition } from '../../ports/session-records.ts';
import type { AppContext } from '../context.ts';
import { planRetry } from '../schedules/plan-retry.ts';

/**
 * The one way to change a session's state: the transition and what follows from
 * an end are one transaction. undefined: the trigger did not apply.
 */
export async function changeSession(
  context: AppContext,
  transition: Transition,
): Promise<Session | undefined> {
  const changed = await context.database.transaction((records) =>
    changeSessionIn(records, transition),
  );
  if (changed !== undefined) announceSession(context, changed);
  return changed;
}

/** As changeSession, inside a transaction; announce the session after it. */
export async function changeSessionIn(
  records: Records,
  transition: Transition,
): Promise<Session | undefined> {
  const session = await records.sessions.transition(transition);
  if (session !== undefined && isFinal(session.state)) await concludeSession(records, session);
  return session;
}

async function concludeSession(records: Records, session: Session): Promise<void> {
  const succeeded = session.state === 'success' || session.state === 'warning';
  if (session.kind === 'initialize') {
    await records.repositories.setState(repositoryIdOf(session), succeeded ? 'ready' : 'failed');
  }
  await planRetry(records, session);
  if (session.retrievalId === null) return;
  if (session.kind === 'retrieval') {
    await concludeRetrieval(records, session.retrievalId, { session, succeeded });
  }
  if (session.kind === 'remove-retrieval' && succeeded) {
    await retrievalRemoved(records, session.retrievalId);
  }
}

async function concludeRetrieval(
  records: Records,
  id: string,
  { session, succeeded }: { readonly session: Session; readonly succeeded: boolean },
): Promise<void> {
  const { retrievalStep = 'thaw' } = session.details;
  if (retrievalStep === 'extend') {
    await records.retrievals.transition(id, 'kept');
  } else if (retrievalStep === 'plan') {
    if (!succeeded) await records.retrievals.transition(id, 'fail');
  } else if (succeeded) {
    await records.retrievals.transition(id, 'ready');
  } else {
    const retrieval = await records.retrievals.get(id);
    await records.retrievals.transition(id, retrieval?.cancelled ? 'cancel' : 'fail');
  }
}

/** Its copies are gone. */
export async function retrievalRemoved(records: Records, id: string): Promise<void> {
  const retrieval = await records.retrievals.get(id);
  await records.retrievals.transition(id, retrieval?.cancelled ? 'cancelled' : 'removed');
}

/** After a commit: wakes followers and whoever delivers work, and tells the bus. */
export function announceSession({ feed, bus }: AppContext, session: Session): void {
  if (isFinal(session.state)) feed.forget(session.id);
  else feed.wake(session.id);
  feed.workWaits();
  const payload = new TextEncoder().encode(JSON.stringify({ sessionId: session.id }));
  bus.publish(subjects.sessionChanged(session.id), payload);
}

/** A line of the session's log, and a wake for its followers. */
export async function logSession(
  { database, feed }: AppContext,
  sessionId: string,
  level: 'info' | 'warning' | 'error',
  message: string,
): Promise<void> {
  await database.sessions.addLog(sessionId, level, message);
  feed.wake(sessionId);
}
