import type { AzureSettings } from '../../domain/appliance-settings.ts';
import type { LaunchChoice } from '../../ports/appliance-launcher.ts';
import { machineDollarsPerHour } from '../machine/machine-prices.ts';

export interface AzureChoice extends LaunchChoice {
  readonly vmSize: string;
  readonly spot: boolean;
}

/** Azure's smallest managed disk of a Linux system. */
const systemDiskGiB = 30;

/** Spot before pay-as-you-go, the preferred size before the others. */
export function azureChoices(settings: AzureSettings): readonly AzureChoice[] {
  const markets = settings.spot ? [true, false] : [false];
  return markets.flatMap((spot) =>
    settings.vmSizes.map((vmSize) => ({
      vmSize,
      spot,
      description: `${vmSize}, ${spot ? 'spot' : 'pay as you go'}`,
      dollarsPerHour: settings.dollarsPerHour ?? priceOf(settings, vmSize),
    })),
  );
}

function priceOf({ location, ephemeralDisk }: AzureSettings, vmSize: string): number | undefined {
  return machineDollarsPerHour({
    cloud: 'azure',
    region: location,
    machine: vmSize,
    diskGiB: ephemeralDisk === undefined ? systemDiskGiB : 0,
    hasPublicAddress: false,
  });
}
