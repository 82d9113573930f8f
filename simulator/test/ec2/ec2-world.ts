import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  EC2Client,
  type EC2ClientConfig,
  EC2ServiceException,
  type RunInstancesCommandInput,
} from '@aws-sdk/client-ec2';
import { expect } from 'vitest';
import { readEc2Config } from '../../src/ec2/config.ts';
import { type RunningEc2, startEc2 } from '../../src/ec2/main.ts';

export interface ToldInstance {
  readonly id: string;
  readonly state: string;
  readonly reason?: string;
  readonly pid?: number;
  readonly metadataUrl?: string;
}

export interface ToldRegion {
  readonly launches: number;
  readonly volumes: number;
  readonly interfaces: number;
  readonly instances: readonly ToldInstance[];
}

/** A region on a free port, its client of AWS, and its administrator. */
export class Ec2TestWorld {
  readonly server: RunningEc2;
  readonly folder: string;
  readonly client: EC2Client;
  readonly #clients: EC2Client[] = [];

  private constructor(server: RunningEc2, folder: string) {
    this.server = server;
    this.folder = folder;
    this.client = this.connect();
  }

  static async start(args: readonly string[] = []): Promise<Ec2TestWorld> {
    const folder = await mkdtemp(join(tmpdir(), 'ec2-test-'));
    const options = ['--data', folder, '--boot-ms', '0', '--shutdown-ms', '0', ...args];
    return new Ec2TestWorld(await startEc2(readEc2Config(options)), folder);
  }

  connect(config: EC2ClientConfig = {}): EC2Client {
    const { url, region, accessKeyId, secretAccessKey } = this.server.ready;
    const client = new EC2Client({
      endpoint: url,
      region,
      credentials: { accessKeyId, secretAccessKey },
      maxAttempts: 1,
      ...config,
    });
    this.#clients.push(client);
    return client;
  }

  async admin(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.server.ready.url}/_admin/${path}`, {
      method,
      headers: { authorization: `Bearer ${this.server.ready.adminToken}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    expect(response.status).toBe(200);
    return response.json();
  }

  async told(): Promise<ToldRegion> {
    return (await this.admin('GET', 'instances')) as ToldRegion;
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.destroy();
    await this.server.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A launch with everything that matters. */
export function aLaunch(changes: Partial<RunInstancesCommandInput> = {}): RunInstancesCommandInput {
  return {
    ImageId: 'ami-0123456789abcdef0',
    InstanceType: 'c7g.large',
    MinCount: 1,
    MaxCount: 1,
    ClientToken: 'token-1',
    InstanceInitiatedShutdownBehavior: 'terminate',
    MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
    UserData: Buffer.from('the user data').toString('base64'),
    TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'owner', Value: 'one' }] }],
    ...changes,
  };
}

/** The code and status of the refusal that a promise ends in. */
export async function refusal(promise: Promise<unknown>): Promise<[string, number | undefined]> {
  try {
    await promise;
  } catch (error) {
    if (!(error instanceof EC2ServiceException)) throw error;
    return [error.name, error.$metadata.httpStatusCode];
  }
  return ['succeeded', 200];
}
