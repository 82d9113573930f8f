import type { Appliance } from '../../domain/worker.ts';
import type { AppContext } from '../context.ts';
import { applianceSettings, installationIdOf } from './appliance-place.ts';

/** Revokes its certificate, cuts its link, ends its process. Safe to repeat. */
export async function endAppliance(context: AppContext, appliance: Appliance): Promise<void> {
  const { database, links, launchers, logger } = context;
  const { workerId, sessionId } = appliance;
  await database.workers.revoke(workerId);
  links.cut(workerId);
  const tags = { installationId: installationIdOf(context), workerId };
  await launchers.open(applianceSettings).end(tags);
  await database.appliances.ended(workerId);
  if (appliance.state !== 'ended') logger.info('appliance.ended', { workerId, sessionId });
}
