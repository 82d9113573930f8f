import type { ApplianceSettings } from '../../domain/appliance-settings.ts';
import type { ApplianceTemplate } from '../../domain/resources.ts';
import type { AppContext } from '../context.ts';
import { assertUnused, found } from './found.ts';

export interface CreateApplianceTemplate {
  readonly name: string;
  readonly settings: ApplianceSettings;
  /** Default 0. */
  readonly keepWarmMinutes?: number;
}

/** E_NAME_TAKEN. Whether the cloud takes it, only a test tells. */
export async function createApplianceTemplate(
  { database, secrets }: AppContext,
  { name, settings, keepWarmMinutes = 0 }: CreateApplianceTemplate,
): Promise<ApplianceTemplate> {
  return database.applianceTemplates.insert({
    id: secrets.uuid(),
    name,
    settings,
    keepWarmMinutes,
  });
}

/** E_NOT_FOUND */
export async function findApplianceTemplate(
  { database }: AppContext,
  key: string,
): Promise<ApplianceTemplate> {
  return found('appliance template', key, await database.applianceTemplates.find(key));
}

/** What was started by it is still found and ended: each row has its settings. E_IN_USE */
export async function deleteApplianceTemplate(context: AppContext, key: string): Promise<void> {
  await context.database.transaction(async ({ applianceTemplates }) => {
    const { id, name } = found('appliance template', key, await applianceTemplates.find(key));
    assertUnused('appliance template', name, await applianceTemplates.usersOf(id));
    await applianceTemplates.remove(id);
  });
}
