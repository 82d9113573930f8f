import type { Appliance } from '../../domain/worker.ts';
import type { EndOfAppliance } from '../../ports/worker-records.ts';
import type { AppContext } from '../context.ts';
import { placeOf } from './appliance-place.ts';

/**
 * The one way in which an appliance is ended: revokes its certificate, cuts its
 * link, ends its machine. Safe to repeat, and to be repeated until the cloud shows
 * nothing of it: only then it has ended.
 */
export async function endAppliance(
  context: AppContext,
  workerId: string,
  end: EndOfAppliance,
): Promise<void> {
  const { database, links, logger } = context;
  const appliance = await database.appliances.ending(workerId, end);
  if (appliance === undefined) return;
  await database.workers.revoke(workerId);
  links.cut(workerId);
  const { launcher, tags } = placeOf(context, appliance);
  const isGone = await launcher.end(tags);
  if (!isGone || mayStillCome(appliance, launcher.lagMs)) return;
  await database.appliances.ended(workerId);
  const { sessionId } = appliance;
  logger.info('appliance.ended', { workerId, sessionId, reason: end.reason });
}

/** A call that was not answered may bring a machine that no list shows yet. */
function mayStillCome({ handle, refused, sentAgoMs }: Appliance, lagMs: number): boolean {
  return handle === null && !refused && sentAgoMs !== null && sentAgoMs < lagMs;
}
