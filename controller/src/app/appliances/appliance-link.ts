import type {
  AssignmentAccepted,
  RepackResult,
  RepackTask,
} from '@firn/shared/gen/firn/link/v1/link';
import type { RepackWork } from '@firn/shared/gen/firn/link/v1/work';
import type { Session } from '../../domain/session.ts';
import { reuseLifeMsMin, serves } from '../../domain/warm-appliance.ts';
import type { Appliance, Worker } from '../../domain/worker.ts';
import { buildSecrets } from '../assignments/build-secrets.ts';
import { buildWork } from '../assignments/build-work.ts';
import type { AppContext } from '../context.ts';
import { endAppliance } from './end-appliances.ts';

const minuteMs = 60_000;

/** Where the appliance of a copy session reads and writes. */
export async function repackWork(context: AppContext, session: Session): Promise<RepackWork> {
  const { work } = await buildWork(context.database, session);
  if (work?.$case !== 'copy')
    return { source: undefined, target: undefined, epoch: 0n, keepWarmMs: 0 };
  // The owner's epoch stands in each task's plan: the controller does not know the log.
  const { source, target } = work.value;
  return { source: source?.storage, target: target?.storage, epoch: 0n, keepWarmMs: 0 };
}

/** The appliance is up: sends the assignment that it has, and has not taken yet. */
export async function assignAppliance(context: AppContext, workerId: string): Promise<void> {
  const appliance = await context.database.appliances.get(workerId);
  if (appliance === undefined || appliance.state === 'ended' || appliance.isEnding) return;
  await context.database.appliances.saidHello(workerId);
  if (appliance.state === 'warm') return;
  if (appliance.state === 'working') {
    await announceAppliance(context, workerId, false);
    return;
  }
  const { sessionId, attempt, keepWarmMinutes } = appliance;
  const session = await context.database.sessions.get(sessionId);
  if (session === undefined || session.attempt !== attempt) return;
  const value = {
    ...(await repackWork(context, session)),
    keepWarmMs: keepWarmMinutes * minuteMs,
  };
  const work = { work: { $case: 'repack' as const, value } };
  const secrets = await buildSecrets(context, work);
  context.links.assign(workerId, { sessionId, attempt, work }, secrets);
}

export async function applianceAccepted(
  context: AppContext,
  workerId: string,
  { sessionId }: AssignmentAccepted,
): Promise<void> {
  const appliance = await context.database.appliances.get(workerId);
  if (appliance === undefined || !serves(appliance, sessionId)) return;
  await context.database.appliances.working(workerId);
  await announceAppliance(context, workerId, false);
}

/**
 * The appliance says that it holds nothing of its session any more. One that got its
 * last task is warm from now on, if it is to be kept; of any other it means nothing.
 */
export async function applianceIsFree(context: AppContext, appliance: Appliance): Promise<void> {
  const { workerId, sessionId, state, warmLeftMs, isEnding } = appliance;
  if (state !== 'working' || warmLeftMs === null || isEnding) return;
  await announceAppliance(context, workerId, true);
  await context.database.appliances.freed(workerId);
  context.logger.info('appliance.warm', { workerId, sessionId, warmLeftMs });
}

/** The appliance reported its end. @param succeeded it did all that the owner gave it */
export async function applianceEnded(
  context: AppContext,
  workerId: string,
  succeeded: boolean,
): Promise<void> {
  if (succeeded) await context.database.appliances.succeeded(workerId, reuseLifeMsMin);
  await announceAppliance(context, workerId, true);
  await endAppliance(context, workerId, { reason: 'it said that it ended' });
}

/** Tells the owning proxy that an appliance waits for tasks, or is gone. A warm one has no owner. */
export async function announceAppliance(
  { database, links }: AppContext,
  workerId: string,
  gone: boolean,
): Promise<void> {
  const appliance = await database.appliances.get(workerId);
  const session = appliance && (await database.sessions.get(appliance.sessionId));
  if (appliance === undefined || session === undefined || appliance.state === 'warm') return;
  const certificatePem = links.certificateOf(workerId) ?? '';
  const { sessionId, attempt } = appliance;
  links.send(session.proxyId, {
    $case: 'repackWorker',
    value: { sessionId, attempt, workerId, certificatePem, gone },
  });
}

/** The owner connected anew: tells it of the appliances that work for it. */
export async function announceAppliances(context: AppContext, proxyId: string): Promise<void> {
  const sessions = await context.database.sessions.openOf(proxyId);
  const ids = new Set(sessions.map(({ id }) => id));
  for (const { workerId, sessionId, state } of await context.database.appliances.live()) {
    if (state === 'working' && ids.has(sessionId) && context.links.isUp(workerId)) {
      await announceAppliance(context, workerId, false);
    }
  }
}

/** From the owner to the appliance that it names, if both are of this session. */
export async function relayTask(
  { database, links }: AppContext,
  owner: Worker,
  task: RepackTask,
): Promise<void> {
  const session = await database.sessions.get(task.sessionId);
  const appliance = await database.appliances.get(task.workerId);
  if (session?.proxyId !== owner.id) return;
  if (appliance === undefined || !serves(appliance, session.id)) return;
  // All tasks are done: the appliance exits now, or waits, and needs no successor.
  if (task.last) await database.appliances.succeeded(task.workerId, reuseLifeMsMin);
  links.send(task.workerId, { $case: 'repackTask', value: task });
}

/** From an appliance to the owner of its session. */
export async function relayResult(
  { database, links }: AppContext,
  worker: Worker,
  result: RepackResult,
): Promise<void> {
  const appliance = await database.appliances.get(worker.id);
  if (appliance === undefined || !serves(appliance, result.sessionId)) return;
  const session = await database.sessions.get(result.sessionId);
  if (session !== undefined) links.send(session.proxyId, { $case: 'repackResult', value: result });
}
