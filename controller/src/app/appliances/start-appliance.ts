import { AppError, isAppError } from '@firn/shared/errors/app-error';
import { invariant } from '@firn/shared/errors/invariant';
import type { Session } from '../../domain/session.ts';
import type { ApplianceOrder } from '../../ports/appliance-launcher.ts';
import type { AppContext } from '../context.ts';
import { makeJoinString } from '../enrollment/join-string.ts';
import { logSession } from '../sessions/change-session.ts';
import { toSummary } from '../sessions/problem-summary.ts';
import { requestStop } from '../sessions/stop-session.ts';
import { applianceSettings, installationIdOf } from './appliance-place.ts';

const startsMax = 3;

/**
 * Starts an appliance for the running attempt of a copy session. The intent is
 * recorded first: whatever happens after that, the row says what to clean up.
 * After three that ended before their work the session fails.
 */
export async function startAppliance(context: AppContext, session: Session): Promise<void> {
  const { database, launchers, logger } = context;
  const { id: sessionId, attempt } = session;
  const earlier = await database.appliances.countFailed(sessionId);
  if (earlier >= startsMax) {
    const message = `${earlier} archiver appliances of the session ended before their work`;
    const problem = toSummary(new AppError('E_APPLIANCE_FAILED', message));
    await requestStop(context, sessionId, problem);
    return;
  }
  const order = await recordIntent(context, session);
  const launcher = launchers.open(applianceSettings);
  const [choice] = launcher.choices;
  invariant(choice !== undefined, 'every launcher has a choice');
  try {
    const sighting = await launcher.launch(launcher.prepare(order, choice));
    await database.appliances.launched(order.workerId, sighting?.handle ?? '');
    logger.info('appliance.launched', { workerId: order.workerId, sessionId, attempt });
    await logSession(context, sessionId, 'info', 'an archiver appliance was started');
  } catch (error) {
    await database.appliances.ended(order.workerId);
    const why = isAppError(error) ? error.message : 'it could not be started';
    logger.error('appliance.launch_failed', { workerId: order.workerId, sessionId, error });
    await logSession(context, sessionId, 'error', `archiver appliance: ${why}`);
  }
}

async function recordIntent(context: AppContext, session: Session): Promise<ApplianceOrder> {
  const { secrets, settings, database } = context;
  const workerId = secrets.uuid();
  const token = secrets.token();
  const name = `appliance-${workerId}`;
  const lifeMs = settings.applianceLifeMs;
  await database.transaction(async ({ workers, appliances }) => {
    await workers.insert({ id: workerId, kind: 'appliance', name });
    await workers.insertToken({
      tokenHash: secrets.hash(token),
      workerKind: 'appliance',
      workerName: name,
      workerId,
      lifeMs: settings.enrollmentTokenLifeMs,
    });
    const { id: sessionId, attempt } = session;
    await appliances.insert({ workerId, sessionId, attempt, lifeMs });
  });
  const joinString = makeJoinString(context, token);
  return { installationId: installationIdOf(context), workerId, joinString, lifeMs };
}
