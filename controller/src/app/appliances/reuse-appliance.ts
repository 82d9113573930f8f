import type { Session } from '../../domain/session.ts';
import { isFinal } from '../../domain/session-state.ts';
import { mayBeReused } from '../../domain/warm-appliance.ts';
import type { Appliance } from '../../domain/worker.ts';
import type { Records } from '../../ports/records.ts';
import type { AppContext } from '../context.ts';
import { logSession } from '../sessions/change-session.ts';
import { assignAppliance } from './appliance-link.ts';
import { liveIfWanted } from './live-if-wanted.ts';

/** What a session that runs asks for. */
export interface ReuseRequest {
  readonly templateId: string | null;
  /** As many as the session is worth. */
  readonly wanted: number;
}

/**
 * Gives the session a warm appliance, if there is one that it may have. Nobody else
 * counts, launches or takes one meanwhile.
 * @returns false: there is none
 */
export async function reuseAppliance(
  context: AppContext,
  session: Session,
  request: ReuseRequest,
): Promise<boolean> {
  const taken = await context.database.transaction((records) =>
    takeWarm(context, records, { session, ...request }),
  );
  if (taken === undefined) return false;
  const { workerId, handle } = taken;
  context.logger.info('appliance.reused', { workerId, sessionId: session.id, handle });
  const message = `archiver appliance ${handle ?? workerId} was warm, and takes the session`;
  await logSession(context, session.id, 'info', message);
  await assignAppliance(context, workerId);
  return true;
}

async function takeWarm(
  context: AppContext,
  records: Records,
  { session, templateId, wanted }: ReuseRequest & { readonly session: Session },
): Promise<Appliance | undefined> {
  const { id: sessionId, attempt, organizationId } = session;
  await records.appliances.lockLaunches();
  const live = await liveIfWanted(context, records, { session, wanted });
  for (const each of live ?? []) {
    const isUp = context.links.isUp(each.workerId);
    if (!isUp || !mayBeReused(each, { templateId, organizationId })) continue;
    if (!(await isFree(records, each, sessionId))) continue;
    if (await records.appliances.reassigned(each.workerId, { sessionId, attempt })) return each;
  }
  return undefined;
}

/** While the session that it had runs, that one may want it again. */
async function isFree(
  { sessions }: Records,
  appliance: Appliance,
  sessionId: string,
): Promise<boolean> {
  if (appliance.sessionId === sessionId) return true;
  const former = await sessions.get(appliance.sessionId);
  return former === undefined || isFinal(former.state);
}
