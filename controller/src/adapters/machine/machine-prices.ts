import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface PricedMachine {
  readonly cloud: 'ec2' | 'azure';
  readonly region: string;
  /** Instance type or size. */
  readonly machine: string;
  /** Of a disk that is paid for by itself. */
  readonly diskGiB: number;
  readonly hasPublicAddress: boolean;
}

interface MachinePrices {
  readonly regions: Readonly<Record<string, readonly string[]>>;
  readonly diskGibMonth: Readonly<Record<string, number>>;
  readonly publicAddressHour: Readonly<Record<string, number>>;
  readonly machineHour: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

const file = join(import.meta.dirname, 'machine-prices.json');
const prices: MachinePrices = JSON.parse(readFileSync(file, 'utf8'));
const hoursPerMonth = 730;

/**
 * What a machine costs an hour, on demand: the most that spot costs, too.
 * @returns US dollars; undefined: the table does not know the machine or the region
 */
export function machineDollarsPerHour(priced: PricedMachine): number | undefined {
  const { cloud, region, machine, diskGiB, hasPublicAddress } = priced;
  const hour = prices.machineHour[cloud]?.[machine];
  if (hour === undefined || !prices.regions[cloud]?.includes(region)) return undefined;
  const disk = (diskGiB * (prices.diskGibMonth[cloud] ?? 0)) / hoursPerMonth;
  const address = hasPublicAddress ? (prices.publicAddressHour[cloud] ?? 0) : 0;
  return hour + disk + address;
}
