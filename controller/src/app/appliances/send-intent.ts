import { isAppError } from '@firn/shared/errors/app-error';
import type { Appliance } from '../../domain/worker.ts';
import type { AppContext } from '../context.ts';
import { logSession } from '../sessions/change-session.ts';
import { placeOf, requestPurpose } from './appliance-place.ts';
import { endAppliance } from './end-appliances.ts';

/**
 * Sends a recorded intent, the same bytes each time. A reply that does not come
 * leaves the intent as it is: it is sent again, or ended. Whatever else goes wrong
 * ends it, since something may be left behind.
 */
export async function sendIntent(context: AppContext, workerId: string): Promise<void> {
  const { database, logger } = context;
  const appliance = await database.appliances.sent(workerId);
  if (appliance === undefined) return;
  const { sessionId } = appliance;
  try {
    const sighting = await launch(context, appliance);
    if (sighting === undefined) {
      await endAppliance(context, workerId, { reason: 'it ended before it was seen' });
      return;
    }
    await database.appliances.launched(workerId, sighting.handle);
    logger.info('appliance.launched', { workerId, sessionId, handle: sighting.handle });
    await logSession(
      context,
      sessionId,
      'info',
      `archiver appliance ${sighting.handle} was started`,
    );
  } catch (error) {
    await launchFailed(context, appliance, error);
  }
}

async function launch(context: AppContext, appliance: Appliance) {
  const { workerId, sealedRequest } = appliance;
  const { launcher, tags } = placeOf(context, appliance);
  const request = new TextDecoder().decode(
    context.vault.open(sealedRequest, requestPurpose(workerId)),
  );
  return launcher.launch({ ...tags, launcher: launcher.kind, request });
}

async function launchFailed(
  context: AppContext,
  { workerId, sessionId }: Appliance,
  error: unknown,
): Promise<void> {
  context.logger.warn('appliance.launch_failed', { workerId, sessionId, error });
  if (isAppError(error, 'E_APPLIANCE_UNANSWERED')) return;
  const reason = isAppError(error) ? error.message : 'it could not be started';
  const refused = isAppError(error, 'E_APPLIANCE_CAPACITY');
  await logSession(
    context,
    sessionId,
    refused ? 'warning' : 'error',
    `archiver appliance: ${reason}`,
  );
  await endAppliance(context, workerId, { reason, refused });
}
