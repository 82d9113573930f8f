import { type AppError, isAppError } from '@firn/shared/errors/app-error';
import type {
  ApplianceLauncher,
  ApplianceSighting,
  ApplianceTags,
  LaunchChoice,
} from '../../ports/appliance-launcher.ts';
import type { AppContext } from '../context.ts';
import { findApplianceTemplate } from '../resources/appliance-templates.ts';
import { found } from '../resources/found.ts';
import { installationIdOf } from './appliance-place.ts';
import { registerAppliance } from './register-appliance.ts';

/** Hard end of an appliance that is only tried. */
const testLifeMs = 15 * 60_000;

export interface StartedTest {
  readonly missingPermissions: readonly string[];
  readonly workerId?: string;
  readonly choice?: LaunchChoice;
  readonly handle?: string;
}

/**
 * Starts an appliance that gets no work: the first choice that has room. It is
 * no row's, so that the reaper removes it should nobody come back to end it.
 * E_NOT_FOUND, E_APPLIANCE_CAPACITY, E_APPLIANCE_QUOTA, E_APPLIANCE_FAILED, E_APPLIANCE_UNANSWERED
 */
export async function startApplianceTest(context: AppContext, key: string): Promise<StartedTest> {
  const launcher = await launcherOf(context, key);
  const missingPermissions = await launcher.missingPermissions();
  if (missingPermissions.length > 0) return { missingPermissions };
  let refusal: unknown;
  for (const choice of launcher.choices) {
    try {
      return await launchOne(context, launcher, choice);
    } catch (error) {
      if (isAppError(error, 'E_APPLIANCE_PERMISSION')) return missing(error);
      if (!isAppError(error, 'E_APPLIANCE_CAPACITY')) throw error;
      refusal = error;
    }
  }
  throw refusal;
}

async function launchOne(
  context: AppContext,
  launcher: ApplianceLauncher,
  choice: LaunchChoice,
): Promise<StartedTest> {
  const { workerId, joinString } = await context.database.transaction((records) =>
    registerAppliance(context, records),
  );
  const tags = { installationId: installationIdOf(context), workerId };
  const intent = launcher.prepare({ ...tags, joinString, lifeMs: testLifeMs }, choice);
  try {
    const sighting = await launcher.launch(intent);
    const handle = sighting === undefined ? {} : { handle: sighting.handle };
    return { missingPermissions: [], workerId, choice, ...handle };
  } catch (error) {
    await removeQuietly(context, launcher, tags);
    throw error;
  }
}

/** What a refused launch has left; if it cannot be removed now, the reaper finds it by its tags. */
async function removeQuietly(
  { database, logger }: AppContext,
  launcher: ApplianceLauncher,
  tags: ApplianceTags,
): Promise<void> {
  await database.workers.revoke(tags.workerId);
  try {
    await launcher.end(tags);
  } catch (error) {
    logger.warn('appliance.test_not_removed', { workerId: tags.workerId, error });
  }
}

export interface TestState {
  readonly workerId: string;
  /** The program in it has come up and has enrolled. */
  readonly reachedController: boolean;
  readonly sighting: ApplianceSighting | undefined;
}

/** E_NOT_FOUND */
export async function getApplianceTest(
  context: AppContext,
  key: string,
  workerId: string,
): Promise<TestState> {
  const launcher = await launcherOf(context, key);
  const worker = await testWorker(context, workerId);
  const tags = { installationId: installationIdOf(context), workerId };
  const reachedController = worker.certificateExpiresAt !== null;
  return { workerId, reachedController, sighting: await launcher.find(tags) };
}

export interface EndedTest {
  readonly workerId: string;
  readonly removed: boolean;
  readonly missingPermissions: readonly string[];
}

/** Safe to repeat. E_NOT_FOUND, E_APPLIANCE_UNANSWERED */
export async function endApplianceTest(
  context: AppContext,
  key: string,
  workerId: string,
): Promise<EndedTest> {
  const launcher = await launcherOf(context, key);
  await testWorker(context, workerId);
  await context.database.workers.revoke(workerId);
  context.links.cut(workerId);
  try {
    const removed = await launcher.end({ installationId: installationIdOf(context), workerId });
    return { workerId, removed, missingPermissions: [] };
  } catch (error) {
    if (!isAppError(error, 'E_APPLIANCE_PERMISSION')) throw error;
    return { workerId, removed: false, ...missing(error) };
  }
}

async function launcherOf(context: AppContext, key: string): Promise<ApplianceLauncher> {
  const { settings } = await findApplianceTemplate(context, key);
  return context.launchers.open(settings);
}

/** Never an appliance that works for a session. */
async function testWorker({ database }: AppContext, workerId: string) {
  const worker = await database.workers.get(workerId);
  const isWorking = (await database.appliances.get(workerId)) !== undefined;
  const isTest = worker?.kind === 'appliance' && !isWorking;
  return found('appliance test', workerId, isTest ? worker : undefined);
}

function missing(error: AppError): { readonly missingPermissions: readonly string[] } {
  const { permission } = error.context;
  return { missingPermissions: typeof permission === 'string' ? [permission] : [error.message] };
}
