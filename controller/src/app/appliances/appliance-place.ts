import type { ApplianceSettings } from '../../domain/appliance-settings.ts';
import type { ApplianceTemplate } from '../../domain/resources.ts';
import type { Session } from '../../domain/session.ts';
import type { Appliance } from '../../domain/worker.ts';
import type { ApplianceLauncher, ApplianceTags } from '../../ports/appliance-launcher.ts';
import type { Records } from '../../ports/records.ts';
import type { AppContext } from '../context.ts';

/** Where appliances start when nothing else was said. */
export const applianceSettings: ApplianceSettings = { launcher: 'process' };

/** As what an appliance is launched; the id is null when nothing was said. */
export interface LaunchTemplate extends Pick<ApplianceTemplate, 'settings' | 'keepWarmMinutes'> {
  readonly id: string | null;
}

const standardTemplate: LaunchTemplate = {
  id: null,
  settings: applianceSettings,
  keepWarmMinutes: 0,
};

/** That of a copy session. */
export async function templateOf(
  { copyJobs, applianceTemplates }: Records,
  { copyJobId }: Session,
): Promise<LaunchTemplate> {
  const copyJob = await copyJobs.find(copyJobId ?? '');
  const template = await applianceTemplates.find(copyJob?.applianceTemplateId ?? '');
  return template ?? standardTemplate;
}

/** The value of the tag by which this installation knows its own: from its CA, so never another's. */
export function installationIdOf({ authority }: Pick<AppContext, 'authority'>): string {
  return authority.caPin.slice(0, 32);
}

/** As which an appliance is known, and where. */
export interface AppliancePlace {
  readonly launcher: ApplianceLauncher;
  readonly tags: ApplianceTags;
}

export function placeOf(context: AppContext, { settings, workerId }: Appliance): AppliancePlace {
  const installationId = installationIdOf(context);
  return { launcher: context.launchers.open(settings), tags: { installationId, workerId } };
}

/** What the sealed request of an appliance is sealed for. */
export function requestPurpose(workerId: string): string {
  return `appliance:${workerId}`;
}
