import type { Ec2Settings } from '../../domain/appliance-settings.ts';
import type { LaunchChoice } from '../../ports/appliance-launcher.ts';
import { machineDollarsPerHour } from '../machine/machine-prices.ts';

export interface Ec2Choice extends LaunchChoice {
  readonly instanceType: string;
  readonly subnetId: string;
  readonly spot: boolean;
}

/** Spot before on demand, the preferred type before the others, each in every subnet. */
export function ec2Choices(settings: Ec2Settings): readonly Ec2Choice[] {
  const markets = settings.spot ? [true, false] : [false];
  return markets.flatMap((spot) =>
    settings.instanceTypes.flatMap((instanceType) =>
      settings.subnetIds.map((subnetId) => aChoice(settings, { instanceType, subnetId, spot })),
    ),
  );
}

function aChoice(
  { region, diskGiB, assignPublicIp, dollarsPerHour }: Ec2Settings,
  place: Pick<Ec2Choice, 'instanceType' | 'subnetId' | 'spot'>,
): Ec2Choice {
  const { instanceType: machine, subnetId, spot } = place;
  const priced = {
    cloud: 'ec2',
    region,
    machine,
    diskGiB,
    hasPublicAddress: assignPublicIp,
  } as const;
  return {
    ...place,
    description: `${machine}, ${spot ? 'spot' : 'on demand'}, ${subnetId}`,
    dollarsPerHour: dollarsPerHour ?? machineDollarsPerHour(priced),
  };
}
