import type { Session } from '../domain/session.ts';
import { ApplianceReaper } from './appliances/reap-appliances.ts';
import { ApplianceTender } from './appliances/tend-appliances.ts';
import { assign, type Deliveries, deliverAssignments } from './assignments/deliver-assignments.ts';
import type { AppContext } from './context.ts';
import { tendRetrievals } from './recovery/tend-retrievals.ts';
import { announceSession, changeSession, logSession } from './sessions/change-session.ts';
import { startDueRetention } from './sessions/due-retention.ts';

export interface SuperviseOptions {
  readonly everyMs: number;
  readonly signal: AbortSignal;
}

type Duty = readonly [name: string, work: () => Promise<void>];

/** Everything that happens by time; each round is safe to repeat at any moment. */
export async function supervise(
  context: AppContext,
  deliveries: Deliveries,
  options: SuperviseOptions,
): Promise<void> {
  await repeat(context, options, [
    ['leases', () => expireLeases(context)],
    ['silent', () => resumeSilent(context)],
    ['assignments', () => deliverAll(context, deliveries)],
    ['retrievals', () => tendRetrievals(context)],
    ['retention', () => startDueRetention(context)],
    ['idempotency', () => context.database.idempotency.expire()],
  ]);
}

/** By itself: a cloud that does not answer holds up nothing else. */
export async function superviseAppliances(
  context: AppContext,
  options: SuperviseOptions,
): Promise<void> {
  const tender = new ApplianceTender(context);
  const reaper = new ApplianceReaper(context);
  await repeat(context, options, [
    // First: what a lost database or another start left is known before anything is launched.
    ['stray appliances', () => reaper.reap()],
    ['appliances', () => tender.tend()],
  ]);
}

async function repeat(
  context: AppContext,
  { everyMs, signal }: SuperviseOptions,
  duties: readonly Duty[],
): Promise<void> {
  const alarm = makeAlarm(context);
  while (!signal.aborted) {
    for (const [duty, work] of duties) {
      // One duty that fails (Postgres away) must not end the others.
      await work().catch((error: unknown) => {
        context.logger.error('supervisor.failed', { duty, error });
      });
    }
    await alarm.wait(everyMs, signal);
  }
  alarm.close();
}

/** Running sessions whose proxy was silent for a lease: unknown, not dead. */
async function expireLeases(context: AppContext): Promise<void> {
  for (const session of await context.database.sessions.expireLeases()) {
    context.logger.warn('lease.expired', { sessionId: session.id, attempt: session.attempt });
    await logSession(context, session.id, 'warning', 'the proxy is silent');
    announceSession(context, session);
  }
}

/**
 * After the grace: a proxy that is connected and does not heartbeat a lost
 * session will not come back to it, so it gets another attempt. A session to be
 * stopped that nobody reports about is over.
 */
async function resumeSilent(context: AppContext): Promise<void> {
  const { database, settings, links } = context;
  for (const session of await database.sessions.silentSince(settings.graceMs)) {
    if (session.state === 'stopping') await giveUp(context, session);
    else if (links.isUp(session.proxyId)) await assign(context, session);
  }
}

async function giveUp(context: AppContext, { id, attempt }: Session): Promise<void> {
  await logSession(context, id, 'warning', 'the proxy did not report the end; stopped');
  await changeSession(context, { sessionId: id, trigger: 'give-up', attempt });
}

async function deliverAll(context: AppContext, deliveries: Deliveries): Promise<void> {
  let cursor: string | undefined;
  do {
    const page = await context.database.workers.listProxies({ cursor, limit: 200 });
    for (const { id } of page.items) await deliverAssignments(context, deliveries, id);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
}

/** Waits for a time, or until there is work for somebody. */
function makeAlarm({ clock, feed }: AppContext) {
  let rung = false;
  let wake = () => {};
  const close = feed.onWork(() => {
    rung = true;
    wake();
  });
  const wait = async (ms: number, signal: AbortSignal): Promise<void> => {
    if (!rung) {
      const over = new AbortController();
      wake = () => over.abort();
      await clock.sleep(ms, AbortSignal.any([over.signal, signal])).catch(() => {});
      wake = () => {};
    }
    rung = false;
  };
  return { wait, close };
}
