import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ComputeManagementClient, type VirtualMachine } from '@azure/arm-compute';
import { ResourceManagementClient } from '@azure/arm-resources';
import { readArmConfig } from '../../src/arm/config.ts';
import { type RunningArm, startArm } from '../../src/arm/main.ts';

/** A resource group on a free port, Microsoft's clients of it, and its administrator. */
export class ArmTestWorld {
  readonly server: RunningArm;
  readonly compute: ComputeManagementClient;
  readonly resources: ResourceManagementClient;
  readonly group: string;
  readonly #folder: string;
  readonly #ca: string;

  private constructor(server: RunningArm, folder: string, ca: string) {
    this.server = server;
    this.#folder = folder;
    this.#ca = ca;
    const { url, subscriptionId, resourceGroup } = server.ready;
    this.group = resourceGroup;
    const tokens = { getToken: () => this.#token() };
    const options = { endpoint: url, tlsOptions: { ca }, retryOptions: { maxRetries: 0 } };
    this.compute = new ComputeManagementClient(tokens, subscriptionId, options);
    this.resources = new ResourceManagementClient(tokens, subscriptionId, options);
  }

  static async start(args: readonly string[] = []): Promise<ArmTestWorld> {
    const folder = await mkdtemp(join(tmpdir(), 'arm-test-'));
    const server = await startArm(readArmConfig(['--data', folder, ...args]));
    return new ArmTestWorld(server, folder, await readFile(server.ready.caFile, 'utf8'));
  }

  async admin(method: string, path: string, body?: unknown): Promise<unknown> {
    const authorization = `Bearer ${this.server.ready.adminToken}`;
    const sent = body === undefined ? '' : JSON.stringify(body);
    return this.ask(`/_admin/${path}`, { method, headers: { authorization }, body: sent });
  }

  async ask(
    path: string,
    asked: { method: string; headers?: Record<string, string>; body: string },
  ): Promise<unknown> {
    const { method, headers = {} } = asked;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const sent = request(`${this.server.ready.url}${path}`, { method, headers, ca: this.#ca });
    sent.once('error', reject);
    sent.once('response', (response) => {
      text(response).then((answer) => resolve(JSON.parse(answer)), reject);
    });
    sent.end(asked.body);
    return promise;
  }

  async #token() {
    const { tenantId, clientId, clientSecret } = this.server.ready;
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      scope: 'https://management.azure.com/.default',
    }).toString();
    const answer = await this.ask(`/${tenantId}/oauth2/v2.0/token`, { method: 'POST', body });
    const { access_token: token } = answer as { access_token: string };
    return { token, expiresOnTimestamp: Date.now() + 3_600_000 };
  }

  async close(): Promise<void> {
    await this.server.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** A machine whose parts go with it. */
export function aMachine(changes: Partial<VirtualMachine> = {}): VirtualMachine {
  return {
    location: 'eastus',
    tags: { owner: 'one' },
    hardwareProfile: { vmSize: 'Standard_D2s_v5' },
    storageProfile: {
      imageReference: { publisher: 'Debian', offer: 'debian-13', sku: '13', version: 'latest' },
      osDisk: { name: 'm-os', createOption: 'FromImage', deleteOption: 'Delete' },
    },
    networkProfile: {
      networkApiVersion: '2022-11-01',
      networkInterfaceConfigurations: [
        {
          name: 'm-nic',
          tags: { owner: 'one' },
          deleteOption: 'Delete',
          ipConfigurations: [{ name: 'internal', subnet: { id: '/subscriptions/s' } }],
        },
      ],
    },
    osProfile: {
      computerName: 'm',
      adminUsername: 'somebody',
      customData: Buffer.from('custom').toString('base64'),
      linuxConfiguration: {
        disablePasswordAuthentication: true,
        ssh: { publicKeys: [{ path: '/home/somebody', keyData: 'ssh-ed25519 AAAA' }] },
      },
    },
    ...changes,
  };
}

/** The code and status of the refusal that a promise ends in. */
export async function refusal(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    const { code, statusCode } = error as { code?: string; statusCode?: number };
    return [code, statusCode];
  }
  return ['succeeded', 200];
}
