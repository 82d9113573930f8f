import type { Session } from '../../domain/session.ts';
import { serves } from '../../domain/warm-appliance.ts';
import type { Appliance } from '../../domain/worker.ts';
import type { Records } from '../../ports/records.ts';
import type { AppContext } from '../context.ts';

/**
 * All appliances that are there, if the session is to have one more of them. One whose
 * work was just done is not: only if its owner, restarted, still waits after the grace.
 * MUST be called where nobody else counts: whatever was read before may have changed.
 * @param wanted as many as the session is worth
 */
export async function liveIfWanted(
  { settings }: Pick<AppContext, 'settings'>,
  { appliances }: Records,
  { session, wanted }: { readonly session: Session; readonly wanted: number },
): Promise<readonly Appliance[] | undefined> {
  const served = await appliances.servedWithin(settings.graceMs);
  if (served.includes(session.id)) return undefined;
  const live = await appliances.live();
  const own = live.filter((each) => serves(each, session.id));
  return own.length < wanted ? live : undefined;
}
