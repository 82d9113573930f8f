import type { Appliance } from '../../domain/worker.ts';
import type { AppContext } from '../context.ts';

/** Revokes its certificate, cuts its link, ends its process. Safe to repeat. */
export async function endAppliance(context: AppContext, appliance: Appliance): Promise<void> {
  const { database, links, launcher, logger } = context;
  const { workerId, sessionId, handle } = appliance;
  await database.workers.revoke(workerId);
  links.cut(workerId);
  if (handle !== null) await launcher.end(handle);
  await database.appliances.ended(workerId);
  if (appliance.state !== 'ended') logger.info('appliance.ended', { workerId, sessionId });
}
