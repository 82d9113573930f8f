import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { makeEc2Launcher } from '../../src/adapters/ec2/ec2-launcher.ts';
import type { Ec2Settings } from '../../src/domain/appliance-settings.ts';
import type { LauncherFaults, LauncherPlace } from '../../src/ports/appliance-launcher.contract.ts';
import type { ApplianceLauncher } from '../../src/ports/appliance-launcher.ts';
import { GuestPrograms } from './guest-programs.ts';
import { type CloudReady, SimulatedCloud } from './simulated-cloud.ts';

export interface ToldRegion {
  readonly launches: number;
  readonly volumes: number;
  readonly interfaces: number;
  readonly instances: readonly {
    readonly id: string;
    readonly state: string;
    readonly spot: boolean;
    readonly instanceType: string;
  }[];
}

export function ec2Settings(endpoint: string, changes: Partial<Ec2Settings> = {}): Ec2Settings {
  return {
    launcher: 'ec2',
    region: 'us-east-1',
    endpoint,
    instanceTypes: ['c7g.large', 'm7g.large'],
    subnetIds: ['subnet-1'],
    securityGroupIds: ['sg-1'],
    imageId: 'ami-0123456789abcdef0',
    rootDevice: '/dev/xvda',
    instanceProfile: 'firn-worker',
    spot: false,
    assignPublicIp: false,
    diskGiB: 10,
    bundle: { url: 'https://releases.example/firn.tar.gz', sha256: 'a'.repeat(64) },
    ...changes,
  };
}

/** The same, as a template is made of. */
export function templateSettings(endpoint: string) {
  const { instanceTypes, subnetIds, securityGroupIds, ...settings } = ec2Settings(endpoint);
  return {
    ...settings,
    instanceTypes: [...instanceTypes],
    subnetIds: [...subnetIds],
    securityGroupIds: [...securityGroupIds],
  };
}

interface Ec2Ready extends CloudReady {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** The EC2 launcher on a simulated region, whose machines are processes. */
export class Ec2Place implements LauncherPlace {
  readonly #cloud: SimulatedCloud<Ec2Ready>;
  readonly #guests: GuestPrograms;
  #keys: { accessKeyId: string; secretAccessKey: string };

  private constructor(cloud: SimulatedCloud<Ec2Ready>, guests: GuestPrograms) {
    this.#cloud = cloud;
    this.#guests = guests;
    const { accessKeyId, secretAccessKey } = cloud.ready;
    this.#keys = { accessKeyId, secretAccessKey };
  }

  /** @param more options of the region, which win */
  static async make(more: readonly string[] = []): Promise<Ec2Place> {
    const guests = await GuestPrograms.make();
    const args = ['--guest', guests.command, ...more];
    return new Ec2Place(await SimulatedCloud.start('ec2', args), guests);
  }

  /** A region whose machines run the archiver appliance itself, and boot at once. */
  static ofAppliances(): Promise<Ec2Place> {
    const guest = [process.execPath, join(import.meta.dirname, 'appliance-guest.ts')];
    const options = ['--guest', JSON.stringify(guest), '--boot-ms', '0', '--shutdown-ms', '0'];
    return Ec2Place.make(options);
  }

  get url(): string {
    return this.#cloud.ready.url;
  }

  open(changes: Partial<Ec2Settings> = {}): ApplianceLauncher {
    return makeEc2Launcher(ec2Settings(this.#cloud.ready.url, changes), async () => this.#keys);
  }

  joinStrings(): Promise<readonly string[]> {
    return this.#guests.joinStrings();
  }

  async finish(joinString: string): Promise<void> {
    await this.#guests.finish(joinString);
    // The guest is a process: it takes real time to end, and the region sees it when it has.
    for (;;) {
      const { instances } = await this.told();
      if (instances.every(({ state }) => state !== 'running')) return;
    }
  }

  /** A minute passes; whoever boots has booted. */
  async settle(): Promise<void> {
    await this.admin('POST', 'clock', { advanceMs: 60_000 });
    const { instances } = await this.told();
    await this.#guests.started(instances.filter(({ state }) => state === 'running').length);
  }

  readonly faults: LauncherFaults = {
    loseReply: async () => {
      await this.admin('POST', 'faults', { action: 'RunInstances', cut: 'lose' });
    },
    lackCapacity: async () => {
      const error = { code: 'InsufficientInstanceCapacity', message: 'none of these now' };
      await this.admin('POST', 'faults', { action: 'RunInstances', error });
    },
    exhaustQuota: async () => {
      const error = { code: 'VcpuLimitExceeded', message: 'more than 0 vCPU' };
      await this.admin('POST', 'faults', { action: 'RunInstances', error });
    },
    denyLaunch: () => this.deny('iam:PassRole'),
  };

  /** Other keys from now on, which lack this permission. */
  async deny(permission: string): Promise<string> {
    this.#keys = { accessKeyId: `AKIA${randomUUID()}`, secretAccessKey: randomUUID() };
    await this.admin('POST', 'credentials', { ...this.#keys, deny: [permission] });
    return permission;
  }

  admin(method: string, path: string, body?: unknown): Promise<unknown> {
    return this.#cloud.admin(method, path, body);
  }

  async told(): Promise<ToldRegion> {
    return (await this.admin('GET', 'instances')) as ToldRegion;
  }

  async remove(): Promise<void> {
    await this.#cloud.stop();
    await this.#guests.remove();
  }
}
