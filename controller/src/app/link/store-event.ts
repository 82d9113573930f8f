import type { EventAck, SessionEvent } from '@firn/shared/gen/firn/link/v1/link';
import type { Session } from '../../domain/session.ts';
import type { Worker } from '../../domain/worker.ts';
import type { Records } from '../../ports/records.ts';
import type { AppContext } from '../context.ts';
import { announceSession } from '../sessions/change-session.ts';
import { applyEvent } from './apply-event.ts';

type Stored =
  | { readonly place: 'unknown' | 'gap' | 'stored-before' }
  | {
      readonly place: 'next';
      readonly session: Session;
      readonly stateBefore: Session['state'];
    };

/**
 * Stores an event of a worker once, in one transaction with all that follows
 * from it, and acknowledges it. undefined: an event before it is missing, so
 * nothing is acknowledged and the worker sends them all again.
 */
export async function storeEvent(
  context: AppContext,
  worker: Worker,
  event: SessionEvent,
): Promise<EventAck | undefined> {
  const { sessionId, attempt, sequence } = event;
  const stored = await context.database.transaction((records) =>
    store(context, records, { worker, event }),
  );
  if (stored.place === 'gap') {
    context.logger.warn('event.gap', { workerId: worker.id, sessionId, attempt, sequence });
    return undefined;
  }
  if (stored.place === 'unknown') {
    // Acknowledged all the same: the worker could only send it for ever.
    context.logger.warn('event.of_unknown_session', { workerId: worker.id, sessionId, attempt });
  }
  if (stored.place === 'next') {
    if (stored.session.state === stored.stateBefore) context.feed.wake(sessionId);
    else announceSession(context, stored.session);
  }
  return { sessionId, attempt, upTo: sequence };
}

async function store(
  { prices, clock }: AppContext,
  records: Records,
  { worker, event }: { readonly worker: Worker; readonly event: SessionEvent },
): Promise<Stored> {
  const { sessionId, attempt, sequence } = event;
  const session = await records.sessions.get(sessionId);
  if (
    session === undefined ||
    attempt > session.attempt ||
    !(await isOf(records, worker, session))
  ) {
    return { place: 'unknown' };
  }
  const place = await records.sessions.takeEvent(
    { sessionId, attempt },
    worker.id,
    Number(sequence),
  );
  if (place !== 'next') return { place };
  await applyEvent(records, { worker, session, event, prices, nowMs: clock.now() });
  const after = (await records.sessions.get(sessionId)) ?? session;
  return { place, session: after, stateBefore: session.state };
}

async function isOf(records: Records, worker: Worker, session: Session): Promise<boolean> {
  if (worker.kind === 'proxy') return session.proxyId === worker.id;
  const appliance = await records.appliances.get(worker.id);
  return appliance?.sessionId === session.id;
}
