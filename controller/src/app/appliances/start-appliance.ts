import { AppError } from '@firn/shared/errors/app-error';
import type { LimitReached } from '../../domain/appliance-limits.ts';
import type { Session } from '../../domain/session.ts';
import type { AppContext } from '../context.ts';
import { logSession } from '../sessions/change-session.ts';
import { toSummary } from '../sessions/problem-summary.ts';
import { requestStop } from '../sessions/stop-session.ts';
import { settingsOf } from './appliance-place.ts';
import { planLaunch } from './plan-launch.ts';
import { sendIntent } from './send-intent.ts';

const failuresMax = 3;
/** An appliance that lived for so long after its Hello did not come to nothing. */
const workedMs = 10 * 60 * 1000;
/** A choice that had no room is asked for again after this. */
const refusedMs = 10 * 60 * 1000;

/**
 * Starts an appliance for the running attempt of a copy session: the next choice of
 * the place, within the limits, the estimate told first. After three in a row that
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
  const settings = await settingsOf(context.database, session);
  const refused = await appliances.refusedChoices(session.id, refusedMs);
  const choice = context.launchers
    .open(settings)
    .choices.find(({ description }) => !refused.includes(description));
  if (choice === undefined) return `no room for ${refused.join('; ')}`;
  const planned = await planLaunch(context, session, { settings, choice, wanted });
  if (planned === undefined) return undefined;
  if ('limit' in planned) return stopAtLimit(context, session, planned.limit);
  await logSession(context, session.id, 'info', `archiver appliance: ${planned.estimate}`);
  await sendIntent(context, planned.workerId);
  return undefined;
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
