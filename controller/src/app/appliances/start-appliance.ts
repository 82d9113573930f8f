import { AppError } from '@firn/shared/errors/app-error';
import type { LimitReached } from '../../domain/appliance-limits.ts';
import type { Session } from '../../domain/session.ts';
import type { AppContext } from '../context.ts';
import { logSession } from '../sessions/change-session.ts';
import { toSummary } from '../sessions/problem-summary.ts';
import { requestStop } from '../sessions/stop-session.ts';
import { templateOf } from './appliance-place.ts';
import { endAppliance } from './end-appliances.ts';
import { planLaunch } from './plan-launch.ts';
import { reuseAppliance } from './reuse-appliance.ts';
import { sendIntent } from './send-intent.ts';

const failuresMax = 3;
/** An appliance that lived for so long after its Hello did not come to nothing. */
const workedMs = 10 * 60 * 1000;
/** A choice that had no room is asked for again after this. */
const refusedMs = 10 * 60 * 1000;

/**
 * Finds an appliance for the running attempt of a copy session: a warm one, or else one
 * that is started: the next choice of the place, within the limits, the estimate told first. After three in a row that
 * came to nothing the session fails, and so it does at the end of the budget.
 * @param wanted as many as the session is worth
 * @returns what it waits for; undefined: it waits for nothing
 */
export async function startAppliance(
  context: AppContext,
  session: Session,
  wanted: number,
): Promise<string | undefined> {
  const { appliances } = context.database;
  const failed = await appliances.countFailed(session.id, workedMs);
  if (failed >= failuresMax) {
    const message = `${failed} archiver appliances of the session ended before their work`;
    await requestStop(context, session.id, toSummary(new AppError('E_APPLIANCE_FAILED', message)));
    return undefined;
  }
  const template = await templateOf(context.database, session);
  if (await reuseAppliance(context, session, { templateId: template.id, wanted })) return undefined;
  const refused = await appliances.refusedChoices(session.id, refusedMs);
  const choice = context.launchers
    .open(template.settings)
    .choices.find(({ description }) => !refused.includes(description));
  if (choice === undefined) return `no room for ${refused.join('; ')}`;
  const planned = await planLaunch(context, session, { template, choice, wanted });
  if (planned === undefined) return undefined;
  if ('inTheWay' in planned) return makeRoom(context, planned.inTheWay);
  if ('limit' in planned) return stopAtLimit(context, session, planned.limit);
  await logSession(context, session.id, 'info', `archiver appliance: ${planned.estimate}`);
  await sendIntent(context, planned.workerId);
  return undefined;
}

async function makeRoom(context: AppContext, workerId: string | undefined): Promise<string> {
  if (workerId !== undefined) {
    await endAppliance(context, workerId, { reason: 'a session needs its place' });
  }
  return 'one that is warm for other work is ended first';
}

async function stopAtLimit(
  context: AppContext,
  { id }: Session,
  { passes, message }: LimitReached,
): Promise<string | undefined> {
  if (passes) return message;
  await requestStop(context, id, toSummary(new AppError('E_APPLIANCE_LIMIT', message)));
  return undefined;
}
