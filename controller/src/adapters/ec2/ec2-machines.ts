import {
  DeleteNetworkInterfaceCommand,
  DeleteVolumeCommand,
  type EC2Client,
  type Filter,
  type Instance,
  type InstanceStateName,
  paginateDescribeInstances,
  paginateDescribeNetworkInterfaces,
  paginateDescribeVolumes,
  type Tag,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import type { ApplianceSighting, ApplianceTags } from '../../ports/appliance-launcher.ts';
import { fromMachineTags, installationTag, workerTag } from '../machine/machine-tags.ts';
import { toEc2AppError } from './ec2-errors.ts';

/** All states but terminated. */
const states: Readonly<Partial<Record<InstanceStateName, ApplianceSighting['state']>>> = {
  pending: 'pending',
  running: 'running',
  stopping: 'stopped',
  stopped: 'stopped',
  'shutting-down': 'ending',
};

export interface Leftover extends ApplianceTags {
  readonly kind: 'volume' | 'interface';
  readonly id: string;
  readonly isFree: boolean;
}

type Which = Pick<ApplianceTags, 'installationId'> & Partial<ApplianceTags>;

/** The machines of appliances in one region, found by the values of their tags. */
export class Ec2Machines {
  readonly #client: EC2Client;

  constructor(client: EC2Client) {
    this.#client = client;
  }

  async instances(which: Which, signal?: AbortSignal): Promise<readonly ApplianceSighting[]> {
    const alive = { Name: 'instance-state-name', Values: Object.keys(states) };
    const input = { Filters: [...filtersOf(which), alive] };
    const found: ApplianceSighting[] = [];
    await asking('ec2:DescribeInstances', async () => {
      const pages = paginateDescribeInstances({ client: this.#client }, input, options(signal));
      for await (const { Reservations = [] } of pages) {
        for (const { Instances = [] } of Reservations) {
          found.push(...Instances.flatMap((each) => toSighting(each) ?? []));
        }
      }
    });
    return found;
  }

  /** Disks and interfaces, also of machines that are still there. */
  async leftovers(which: Which, signal?: AbortSignal): Promise<readonly Leftover[]> {
    const [volumes, interfaces] = await Promise.all([
      this.#volumes(which, signal),
      this.#interfaces(which, signal),
    ]);
    return [...volumes, ...interfaces];
  }

  async terminate(instanceId: string, signal?: AbortSignal): Promise<void> {
    const command = new TerminateInstancesCommand({ InstanceIds: [instanceId] });
    await unlessGone(/^InvalidInstanceID\.NotFound$/, 'ec2:TerminateInstances', () =>
      this.#client.send(command, options(signal)),
    );
  }

  /** What is still in use is left for the next time. */
  async remove({ kind, id }: Leftover, signal?: AbortSignal): Promise<void> {
    if (kind === 'volume') {
      const command = new DeleteVolumeCommand({ VolumeId: id });
      await unlessGone(/^(InvalidVolume\.NotFound|VolumeInUse)$/, 'ec2:DeleteVolume', () =>
        this.#client.send(command, options(signal)),
      );
      return;
    }
    const command = new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: id });
    const gone = /^InvalidNetworkInterface(ID\.NotFound|\.InUse)$/;
    await unlessGone(gone, 'ec2:DeleteNetworkInterface', () =>
      this.#client.send(command, options(signal)),
    );
  }

  async #volumes(which: Which, signal?: AbortSignal): Promise<readonly Leftover[]> {
    const found: Leftover[] = [];
    const input = { Filters: filtersOf(which) };
    await asking('ec2:DescribeVolumes', async () => {
      const pages = paginateDescribeVolumes({ client: this.#client }, input, options(signal));
      for await (const { Volumes = [] } of pages) {
        for (const { VolumeId: id, State, Tags } of Volumes) {
          const tags = fromMachineTags(asRecord(Tags));
          if (!id || tags === undefined || State === 'deleting') continue;
          found.push({ ...tags, kind: 'volume', id, isFree: State === 'available' });
        }
      }
    });
    return found;
  }

  async #interfaces(which: Which, signal?: AbortSignal): Promise<readonly Leftover[]> {
    const found: Leftover[] = [];
    const input = { Filters: filtersOf(which) };
    await asking('ec2:DescribeNetworkInterfaces', async () => {
      const config = { client: this.#client };
      const pages = paginateDescribeNetworkInterfaces(config, input, options(signal));
      for await (const { NetworkInterfaces = [] } of pages) {
        for (const { NetworkInterfaceId: id, Status, TagSet } of NetworkInterfaces) {
          const tags = fromMachineTags(asRecord(TagSet));
          if (!id || tags === undefined) continue;
          found.push({ ...tags, kind: 'interface', id, isFree: Status === 'available' });
        }
      }
    });
    return found;
  }
}

/** undefined: it is terminated, or nobody's appliance. */
export function toSighting({ InstanceId, State, Tags }: Instance): ApplianceSighting | undefined {
  const state = State?.Name && states[State.Name];
  const tags = fromMachineTags(asRecord(Tags));
  if (!InstanceId || state === undefined || tags === undefined) return undefined;
  return { ...tags, handle: InstanceId, state };
}

function filtersOf({ installationId, workerId }: Which): Filter[] {
  const filters = [{ Name: `tag:${installationTag}`, Values: [installationId] }];
  if (workerId !== undefined) filters.push({ Name: `tag:${workerTag}`, Values: [workerId] });
  return filters;
}

function asRecord(tags: readonly Tag[] = []): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(tags.map(({ Key = '', Value }) => [Key, Value]));
}

function options(signal: AbortSignal | undefined) {
  return signal === undefined ? {} : { abortSignal: signal };
}

async function asking<T>(action: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw toEc2AppError(error, action);
  }
}

async function unlessGone(
  gone: RegExp,
  action: string,
  call: () => Promise<unknown>,
): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (error instanceof Error && gone.test(error.name)) return;
    throw toEc2AppError(error, action);
  }
}
