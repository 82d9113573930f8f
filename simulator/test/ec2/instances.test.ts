import {
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeVolumesCommand,
  paginateDescribeInstances,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aLaunch, Ec2TestWorld, refusal } from './ec2-world.ts';

let world: Ec2TestWorld;
beforeEach(async () => {
  world = await Ec2TestWorld.start(['--boot-ms', '20000', '--shutdown-ms', '30000']);
});
afterEach(() => world.close());

async function run(changes: Parameters<typeof aLaunch>[0] = {}): Promise<string> {
  const { Instances } = await world.client.send(new RunInstancesCommand(aLaunch(changes)));
  return Instances?.[0]?.InstanceId ?? '';
}

async function stateOf(id: string): Promise<string | undefined> {
  const answer = await world.client.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
  return answer.Reservations?.[0]?.Instances?.[0]?.State?.Name;
}

const advance = (advanceMs: number) => world.admin('POST', 'clock', { advanceMs });

describe('client tokens', () => {
  it('answer the same request with the same instance', async () => {
    const first = await run();
    expect(await run()).toBe(first);
    expect(await run({ ClientToken: 'token-2' })).not.toBe(first);
    expect(await world.told()).toMatchObject({ launches: 2 });
  });

  it('refuse the same token with anything else', async () => {
    await run();
    const others = [
      { InstanceType: 'c7g.xlarge' as const },
      { UserData: Buffer.from('another').toString('base64') },
      { InstanceMarketOptions: { MarketType: 'spot' as const } },
    ];
    for (const other of others) {
      const code = await refusal(world.client.send(new RunInstancesCommand(aLaunch(other))));
      expect(code).toEqual(['IdempotentParameterMismatch', 400]);
    }
  });

  it('are good for a day after the instance has ended, and no longer', async () => {
    const first = await run();
    await world.client.send(new TerminateInstancesCommand({ InstanceIds: [first] }));
    await advance(30_000);
    await advance(23 * 3_600_000);
    expect(await run()).toBe(first);
    await advance(2 * 3_600_000);
    expect(await run()).not.toBe(first);
  });

  it('are not used by a request that was refused', async () => {
    await world.admin('POST', 'shortages', { instanceTypes: ['c7g.large'] });
    const refused = await refusal(world.client.send(new RunInstancesCommand(aLaunch())));
    expect(refused).toEqual(['InsufficientInstanceCapacity', 500]);
    await world.admin('DELETE', 'shortages');
    await run({ InstanceType: 'c7g.xlarge' });
  });

  it('find what a lost reply has started', async () => {
    await world.admin('POST', 'faults', { action: 'RunInstances', cut: 'lose' });
    await expect(world.client.send(new RunInstancesCommand(aLaunch()))).rejects.toThrow();
    await run();
    expect(await world.told()).toMatchObject({ launches: 1 });
  });
});

describe('instances', () => {
  it('go from pending to running to terminated, and take disk and interface along', async () => {
    const id = await run();
    expect(await stateOf(id)).toBe('pending');
    await advance(20_000);
    expect(await stateOf(id)).toBe('running');
    await world.client.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    expect(await stateOf(id)).toBe('shutting-down');
    expect(await world.told()).toMatchObject({ volumes: 1, interfaces: 1 });
    await advance(30_000);
    expect(await stateOf(id)).toBe('terminated');
    expect(await world.told()).toMatchObject({ volumes: 0, interfaces: 0 });
    await world.client.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    await advance(3_600_000);
    const gone = world.client.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
    expect(await refusal(gone)).toEqual(['InvalidInstanceID.NotFound', 400]);
  });

  it('leave behind what shall not be deleted with them', async () => {
    const tags = [{ Key: 'owner', Value: 'one' }];
    const id = await run({
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { DeleteOnTermination: false } }],
      TagSpecifications: [
        { ResourceType: 'instance', Tags: tags },
        { ResourceType: 'volume', Tags: tags },
      ],
    });
    await world.client.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    await advance(30_000);
    const Filters = [{ Name: 'tag:owner', Values: ['one'] }];
    const volumes = await world.client.send(new DescribeVolumesCommand({ Filters }));
    expect(volumes.Volumes).toMatchObject([{ State: 'available' }]);
    const interfaces = await world.client.send(new DescribeNetworkInterfacesCommand({ Filters }));
    expect(interfaces.NetworkInterfaces).toEqual([]);
  });

  it('are not to be seen for a while where the region lags', async () => {
    await world.admin('POST', 'pace', { lagMs: 60_000 });
    const id = await run();
    const unseen = world.client.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
    expect(await refusal(unseen)).toEqual(['InvalidInstanceID.NotFound', 400]);
    const all = await world.client.send(new DescribeInstancesCommand({}));
    expect(all.Reservations).toEqual([]);
    await advance(60_000);
    expect(await stateOf(id)).toBe('running');
  });

  it('are found by the values of their tags, their states and their tokens', async () => {
    const one = await run();
    await run({
      ClientToken: 'token-2',
      TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'owner', Value: 'two' }] }],
    });
    const found = async (Name: string, ...Values: string[]) => {
      const command = new DescribeInstancesCommand({ Filters: [{ Name, Values }] });
      const { Reservations = [] } = await world.client.send(command);
      return Reservations.flatMap(({ Instances = [] }) => Instances.map((i) => i.InstanceId));
    };
    expect(await found('tag:owner', 'one')).toEqual([one]);
    expect(await found('tag:owner', 'one', 'two')).toHaveLength(2);
    expect(await found('tag:owner', 'on*')).toEqual([one]);
    expect(await found('tag:other', 'one')).toEqual([]);
    expect(await found('client-token', 'token-1')).toEqual([one]);
    expect(await found('instance-state-name', 'pending')).toHaveLength(2);
    expect(await found('instance-state-name', 'running')).toEqual([]);
    expect(await refusal(found('nonsense', 'x'))).toEqual(['InvalidParameterValue', 400]);
  });

  it('come in pages', async () => {
    for (let n = 0; n < 7; n += 1) await run({ ClientToken: `token-${n}` });
    const sizes: number[] = [];
    const pages = paginateDescribeInstances({ client: world.client, pageSize: 5 }, {});
    for await (const { Reservations = [] } of pages) sizes.push(Reservations.length);
    expect(sizes).toEqual([5, 2]);
  });
});

describe('refusals', () => {
  it('name the action that is not allowed', async () => {
    const keys = { accessKeyId: 'AKIAOTHER', secretAccessKey: 'secret' };
    await world.admin('POST', 'credentials', { ...keys, deny: ['iam:PassRole'] });
    const client = world.connect({ credentials: keys });
    const launch = new RunInstancesCommand(aLaunch({ IamInstanceProfile: { Name: 'worker' } }));
    const refused = client.send(launch);
    expect(await refusal(refused)).toEqual(['UnauthorizedOperation', 403]);
    await expect(refused).rejects.toThrow('is not authorized to perform: iam:PassRole on');
    await client.send(new RunInstancesCommand(aLaunch()));
  });

  it('come before a dry run says that all is well', async () => {
    const dry = (changes = {}) =>
      refusal(world.client.send(new RunInstancesCommand(aLaunch({ DryRun: true, ...changes }))));
    expect(await dry()).toEqual(['DryRunOperation', 412]);
    expect(await dry({ ImageId: 'ubuntu' })).toEqual(['InvalidAMIID.Malformed', 400]);
    expect(await world.told()).toMatchObject({ launches: 0 });
  });

  it('are those of quotas and of wrong keys', async () => {
    await world.admin('POST', 'limits', { instancesMax: 0 });
    const launch = () => new RunInstancesCommand(aLaunch());
    expect(await refusal(world.client.send(launch()))).toEqual(['VcpuLimitExceeded', 400]);
    const wrong = world.connect({ credentials: { accessKeyId: 'AKIANONE', secretAccessKey: 'x' } });
    expect(await refusal(wrong.send(launch()))).toEqual(['AuthFailure', 401]);
    await world.admin('POST', 'faults', {
      action: '*',
      error: { code: 'RequestLimitExceeded', message: 'Request limit exceeded.' },
    });
    expect(await refusal(world.client.send(launch()))).toEqual(['RequestLimitExceeded', 503]);
  });

  it('are for every parameter that is not known here', async () => {
    const launch = new RunInstancesCommand(aLaunch({ EbsOptimized: true }));
    expect(await refusal(world.client.send(launch))).toEqual(['UnknownParameter', 400]);
  });
});
