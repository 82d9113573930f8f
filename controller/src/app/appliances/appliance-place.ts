import type { ApplianceSettings } from '../../domain/appliance-settings.ts';
import type { AppContext } from '../context.ts';

/** Where appliances start when nothing else was said. */
export const applianceSettings: ApplianceSettings = { launcher: 'process' };

/** The value of the tag by which this installation knows its own: from its CA, so never another's. */
export function installationIdOf({ authority }: Pick<AppContext, 'authority'>): string {
  return authority.caPin.slice(0, 32);
}
