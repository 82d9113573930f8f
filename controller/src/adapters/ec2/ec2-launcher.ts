import {
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeVolumesCommand,
  EC2Client,
  type EC2ClientConfig,
  RunInstancesCommand,
  type RunInstancesCommandInput,
} from '@aws-sdk/client-ec2';
import { isAppError } from '@firn/shared/errors/app-error';
import { invariant } from '@firn/shared/errors/invariant';
import type { Ec2Settings } from '../../domain/appliance-settings.ts';
import type {
  ApplianceLauncher,
  ApplianceOrder,
  ApplianceSighting,
  ApplianceTags,
  LaunchChoice,
  LaunchIntent,
} from '../../ports/appliance-launcher.ts';
import { ec2Choices } from './ec2-choices.ts';
import { toEc2AppError } from './ec2-errors.ts';
import { Ec2Machines, type Leftover, toSighting } from './ec2-machines.ts';
import { runInstancesInput } from './ec2-request.ts';

/**
 * Archiver appliances as EC2 instances. Nothing is retried here: a request
 * that was not answered is the controller's to repeat, with the same bytes.
 *
 * @param credentials default: the controller's own, by AWS's usual chain
 */
export function makeEc2Launcher(
  settings: Ec2Settings,
  credentials?: EC2ClientConfig['credentials'],
): ApplianceLauncher {
  const client = new EC2Client({
    region: settings.region,
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 60_000 },
    ...(settings.endpoint === undefined ? {} : { endpoint: settings.endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
  });
  return new Ec2Launcher(settings, client);
}

class Ec2Launcher implements ApplianceLauncher {
  readonly kind = 'ec2';
  readonly choices: ApplianceLauncher['choices'];
  /** EC2 is consistent in the end: minutes, at the worst. */
  readonly lagMs = 5 * 60_000;
  readonly bootMsMax = 10 * 60_000;
  readonly #settings: Ec2Settings;
  readonly #client: EC2Client;
  readonly #machines: Ec2Machines;

  constructor(settings: Ec2Settings, client: EC2Client) {
    this.choices = ec2Choices(settings);
    this.#settings = settings;
    this.#client = client;
    this.#machines = new Ec2Machines(client);
  }

  prepare(order: ApplianceOrder, { description }: LaunchChoice): LaunchIntent {
    const choice = ec2Choices(this.#settings).find((each) => each.description === description);
    invariant(choice !== undefined, `"${description}" is a choice of this launcher`);
    const { installationId, workerId } = order;
    const request = JSON.stringify(runInstancesInput(this.#settings, order, choice));
    return { launcher: 'ec2', installationId, workerId, request };
  }

  async launch(intent: LaunchIntent, signal?: AbortSignal): Promise<ApplianceSighting | undefined> {
    const input = JSON.parse(intent.request) as RunInstancesCommandInput;
    try {
      const options = signal === undefined ? {} : { abortSignal: signal };
      const { Instances = [] } = await this.#client.send(new RunInstancesCommand(input), options);
      return Instances.map(toSighting).find((each) => each !== undefined);
    } catch (error) {
      throw toEc2AppError(error, 'ec2:RunInstances');
    }
  }

  async find(tags: ApplianceTags, signal?: AbortSignal): Promise<ApplianceSighting | undefined> {
    return (await this.#sightings(tags, signal))[0];
  }

  list(installationId: string, signal?: AbortSignal): Promise<readonly ApplianceSighting[]> {
    return this.#sightings({ installationId }, signal);
  }

  async end(tags: ApplianceTags, signal?: AbortSignal): Promise<boolean> {
    const instances = await this.#machines.instances(tags, signal);
    for (const { handle, state } of instances) {
      if (state !== 'ending') await this.#machines.terminate(handle, signal);
    }
    const leftovers = await this.#machines.leftovers(tags, signal);
    for (const leftover of leftovers) {
      if (leftover.isFree) await this.#machines.remove(leftover, signal);
    }
    return instances.length === 0 && leftovers.length === 0;
  }

  /** TerminateInstances is told by a machine alone: its permission goes by the machine's tags. */
  async missingPermissions(signal?: AbortSignal): Promise<readonly string[]> {
    const options = signal === undefined ? {} : { abortSignal: signal };
    const DryRun = true;
    const dryRuns: readonly [string, () => Promise<unknown>][] = [
      [
        'ec2:RunInstances',
        () => this.#client.send(new RunInstancesCommand({ ...this.#example(), DryRun }), options),
      ],
      [
        'ec2:DescribeInstances',
        () => this.#client.send(new DescribeInstancesCommand({ DryRun }), options),
      ],
      [
        'ec2:DescribeVolumes',
        () => this.#client.send(new DescribeVolumesCommand({ DryRun }), options),
      ],
      [
        'ec2:DescribeNetworkInterfaces',
        () => this.#client.send(new DescribeNetworkInterfacesCommand({ DryRun }), options),
      ],
    ];
    const missing: string[] = [];
    for (const [action, ask] of dryRuns) missing.push(...(await refusedPermission(action, ask)));
    return missing;
  }

  #example(): RunInstancesCommandInput {
    const nobody = { installationId: 'nobody', workerId: 'nobody', joinString: '', lifeMs: 60_000 };
    const [choice] = ec2Choices(this.#settings);
    invariant(choice !== undefined, 'a template names a type and a subnet');
    const { ClientToken: _, ...input } = runInstancesInput(this.#settings, nobody, choice);
    return input;
  }

  async #sightings(
    which: Pick<ApplianceTags, 'installationId'> & Partial<ApplianceTags>,
    signal?: AbortSignal,
  ): Promise<readonly ApplianceSighting[]> {
    const instances = await this.#machines.instances(which, signal);
    const byWorker = new Map(instances.map((each) => [each.workerId, each]));
    for (const leftover of await this.#machines.leftovers(which, signal)) {
      if (!byWorker.has(leftover.workerId)) byWorker.set(leftover.workerId, asSighting(leftover));
    }
    return [...byWorker.values()];
  }
}

function asSighting({ installationId, workerId, id }: Leftover): ApplianceSighting {
  return { installationId, workerId, handle: id, state: 'leftovers' };
}

/** A dry run always ends in an error: that it would have succeeded, or why not. */
async function refusedPermission(
  action: string,
  ask: () => Promise<unknown>,
): Promise<readonly string[]> {
  try {
    await ask();
    return [];
  } catch (error) {
    if (error instanceof Error && error.name === 'DryRunOperation') return [];
    const known = toEc2AppError(error, action);
    if (!isAppError(known, 'E_APPLIANCE_PERMISSION')) throw known;
    const { permission } = known.context;
    return [typeof permission === 'string' ? permission : action];
  }
}
