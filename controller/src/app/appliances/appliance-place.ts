import type { ApplianceSettings } from '../../domain/appliance-settings.ts';
import type { Session } from '../../domain/session.ts';
import type { Appliance } from '../../domain/worker.ts';
import type { ApplianceLauncher, ApplianceTags } from '../../ports/appliance-launcher.ts';
import type { Records } from '../../ports/records.ts';
import type { AppContext } from '../context.ts';

/** Where appliances start when nothing else was said. */
export const applianceSettings: ApplianceSettings = { launcher: 'process' };

/** Where those of a copy session start. */
export async function settingsOf(
  { copyJobs, applianceTemplates }: Records,
  { copyJobId }: Session,
): Promise<ApplianceSettings> {
  const copyJob = await copyJobs.find(copyJobId ?? '');
  const template = await applianceTemplates.find(copyJob?.applianceTemplateId ?? '');
  return template?.settings ?? applianceSettings;
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
