import type { AppContext } from '../context.ts';
import { logSession } from '../sessions/change-session.ts';
import { startExtension } from './extend-retrieval.ts';
import { removeDueRetrievals } from './remove-retrieval.ts';

const daySeconds = 86_400;
/** A restore that runs must not lose what it reads. */
const extendedBeforeHours = 6;

/** What happens to retrievals by time; safe to repeat. */
export async function tendRetrievals(context: AppContext): Promise<void> {
  const { retrievals } = context.database;
  for (const { id } of await retrievals.lapsed()) await retrievals.transition(id, 'lapse');
  for (const retrieval of await retrievals.endingInUse(extendedBeforeHours)) {
    await startExtension(context, retrieval, daySeconds);
  }
  for (const { id, sessionId, availableUntil } of await retrievals.takeNotices()) {
    context.logger.warn('retrieval.ends', { retrievalId: id, availableUntil });
    const message = `what was retrieved can be read until ${availableUntil} only`;
    await logSession(context, sessionId, 'warning', message);
  }
  await removeDueRetrievals(context);
}
