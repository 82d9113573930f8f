import {
  describeEstimate,
  type LimitReached,
  limitReached,
} from '../../domain/appliance-limits.ts';
import type { Session } from '../../domain/session.ts';
import type { Appliance } from '../../domain/worker.ts';
import type { LaunchChoice } from '../../ports/appliance-launcher.ts';
import type { AppContext } from '../context.ts';
import { installationIdOf, type LaunchTemplate, requestPurpose } from './appliance-place.ts';
import { liveIfWanted } from './live-if-wanted.ts';
import { registerAppliance } from './register-appliance.ts';

export type PlannedLaunch =
  | { readonly workerId: string; readonly estimate: string }
  | { readonly limit: LimitReached }
  /** A warm machine that is in the way; undefined: it is being ended already. */
  | { readonly inTheWay: string | undefined }
  /** Another controller was first, or it is done. */
  | undefined;

export interface LaunchPlan {
  readonly template: LaunchTemplate;
  readonly choice: LaunchChoice;
  /** As many as the session is worth. */
  readonly wanted: number;
}

/**
 * Records what is about to be asked, exactly, if the limits allow one more. Nobody
 * else counts or records meanwhile, so that two controllers do not exceed together
 * what each alone would keep.
 */
export async function planLaunch(
  context: AppContext,
  session: Session,
  { template, choice, wanted }: LaunchPlan,
): Promise<PlannedLaunch> {
  const { database } = context;
  const { id: templateId, settings, keepWarmMinutes } = template;
  const { applianceLimits: limits, applianceLifeMs: lifeMs } = context.settings;
  return database.transaction(async (records) => {
    await records.appliances.lockLaunches();
    const live = await liveIfWanted(context, records, { session, wanted });
    if (live === undefined) return undefined;
    const usage = await records.appliances.usage();
    const limit = limitReached(usage, limits, { ...choice, lifeMs });
    if (limit !== undefined) return warmInTheWay(limit, live) ?? { limit };
    const { workerId, joinString } = await registerAppliance(context, records);
    const order = { installationId: installationIdOf(context), workerId, joinString, lifeMs };
    const { request } = context.launchers.open(settings).prepare(order, choice);
    const sealedRequest = context.vault.seal(
      new TextEncoder().encode(request),
      requestPurpose(workerId),
    );
    await records.appliances.insert({
      ...{ workerId, sessionId: session.id, attempt: session.attempt, lifeMs },
      ...{ settings, templateId, organizationId: session.organizationId },
      ...{ choice: choice.description, dollarsPerHour: choice.dollarsPerHour ?? null },
      sealedRequest,
    });
    return { workerId, estimate: describeEstimate({ ...choice, lifeMs, keepWarmMinutes }, usage) };
  });
}

/** Machines that only wait give way to work, the one that waited longest first. */
function warmInTheWay({ passesWithOneLess }: LimitReached, live: readonly Appliance[]) {
  const warm = live.filter(({ state }) => state === 'warm');
  if (!passesWithOneLess || warm.length === 0) return undefined;
  return { inTheWay: warm.find(({ isEnding }) => !isEnding)?.workerId };
}
