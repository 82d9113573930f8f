import { systemClock } from '@firn/shared/time/system-clock';
import { makeAzureLauncher } from '../../src/adapters/azure/azure-launcher.ts';
import type { AzureSettings } from '../../src/domain/appliance-settings.ts';
import type { LauncherFaults, LauncherPlace } from '../../src/ports/appliance-launcher.contract.ts';
import type { ApplianceLauncher } from '../../src/ports/appliance-launcher.ts';
import { GuestPrograms } from './guest-programs.ts';
import { type CloudReady, SimulatedCloud } from './simulated-cloud.ts';

interface ArmReady extends CloudReady {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface ToldGroup {
  readonly creations: number;
  readonly machines: readonly {
    readonly name: string;
    readonly provisioning: string;
    readonly power: string;
    readonly spot: boolean;
  }[];
  readonly parts: readonly { readonly id: string; readonly type: string }[];
}

const group = '/subscriptions/s/resourceGroups/g/providers';

/** The Azure launcher on a simulated resource group, whose machines are processes. */
export class AzurePlace implements LauncherPlace {
  readonly #cloud: SimulatedCloud<ArmReady>;
  readonly #guests: GuestPrograms;

  private constructor(cloud: SimulatedCloud<ArmReady>, guests: GuestPrograms) {
    this.#cloud = cloud;
    this.#guests = guests;
  }

  static async make(): Promise<AzurePlace> {
    const guests = await GuestPrograms.make();
    const args = ['--guest', guests.command, '--create-ms', '0', '--delete-ms', '0'];
    return new AzurePlace(await SimulatedCloud.start('arm', args), guests);
  }

  settings(changes: Partial<AzureSettings> = {}): AzureSettings {
    const { url, subscriptionId, resourceGroup } = this.#cloud.ready;
    return {
      launcher: 'azure',
      subscriptionId,
      resourceGroup,
      location: 'eastus',
      endpoint: url,
      vmSizes: ['Standard_D2ds_v5', 'Standard_D2s_v5'],
      subnetId: `${group}/Microsoft.Network/virtualNetworks/v/subnets/s`,
      image: 'Debian:debian-13:13-gen2:latest',
      identityId: `${group}/Microsoft.ManagedIdentity/userAssignedIdentities/firn`,
      identityClientId: '44444444-4444-4444-4444-444444444444',
      sshPublicKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAA',
      spot: false,
      ephemeralDisk: 'ResourceDisk',
      bundle: { url: 'https://releases.example/firn.tar.gz', sha256: 'a'.repeat(64) },
      ...changes,
    };
  }

  open(changes: Partial<AzureSettings> = {}): ApplianceLauncher {
    return this.#open(this.settings(changes));
  }

  /** Of machines whose system lies on a managed disk. */
  openWithDisk(): ApplianceLauncher {
    const { ephemeralDisk: _, ...settings } = this.settings();
    return this.#open(settings);
  }

  #open(settings: AzureSettings): ApplianceLauncher {
    const { caPem = '' } = this.#cloud;
    return makeAzureLauncher(settings, {
      tokens: { getToken: () => this.#token() },
      caPem,
      clock: systemClock,
      pollMs: 10,
    });
  }

  /** By the client credentials grant, as a service principal gets it. */
  async #token() {
    const { tenantId, clientId, clientSecret } = this.#cloud.ready;
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      scope: 'https://management.azure.com/.default',
    });
    const answer = await this.#cloud.ask(`/${tenantId}/oauth2/v2.0/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form.toString(),
    });
    const { access_token: token } = answer as { access_token: string };
    return { token, expiresOnTimestamp: Date.now() + 3_600_000 };
  }

  joinStrings(): Promise<readonly string[]> {
    return this.#guests.joinStrings();
  }

  async finish(joinString: string): Promise<void> {
    await this.#guests.finish(joinString);
    // The guest is a process: it takes real time to have itself deleted.
    while ((await this.told()).machines.length > 0);
  }

  /** Ends the guest of a machine that cannot delete itself. */
  async stopGuest(joinString: string): Promise<void> {
    await this.#guests.finish(joinString);
    while ((await this.told()).machines.some(({ power }) => power === 'running'));
  }

  async settle(): Promise<void> {
    await this.admin('POST', 'clock', { advanceMs: 60_000 });
    const { machines } = await this.told();
    await this.#guests.started(machines.filter(({ power }) => power === 'running').length);
  }

  readonly faults: LauncherFaults = {
    loseReply: async () => {
      await this.admin('POST', 'faults', { method: 'PUT', cut: 'lose' });
    },
    lackCapacity: async () => {
      const failLater = { code: 'AllocationFailed', message: 'Allocation failed.' };
      await this.admin('POST', 'faults', { method: 'PUT', failLater });
    },
    exhaustQuota: async () => {
      const message =
        'Operation could not be completed as it results in exceeding approved Total Regional Cores quota.';
      const refuse = { status: 409, code: 'OperationNotAllowed', message };
      await this.admin('POST', 'faults', { method: 'PUT', refuse, leavesInterface: true });
    },
    denyLaunch: async () => {
      const action = 'Microsoft.Compute/virtualMachines/write';
      await this.admin('POST', 'denied', { actions: [action] });
      return action;
    },
  };

  admin(method: string, path: string, body?: unknown): Promise<unknown> {
    return this.#cloud.admin(method, path, body);
  }

  async told(): Promise<ToldGroup> {
    return (await this.admin('GET', 'resources')) as ToldGroup;
  }

  async remove(): Promise<void> {
    await this.#cloud.stop();
    await this.#guests.remove();
  }
}
