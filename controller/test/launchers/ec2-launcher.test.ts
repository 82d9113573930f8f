import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeApplianceLauncher } from '../../src/ports/appliance-launcher.contract.ts';
import type { ApplianceLauncher, LaunchIntent } from '../../src/ports/appliance-launcher.ts';
import { Ec2Place } from './ec2-place.ts';

describeApplianceLauncher('EC2', () => Ec2Place.make());

describe('the EC2 launcher', () => {
  let place: Ec2Place;
  beforeEach(async () => {
    place = await Ec2Place.make();
  });
  afterEach(() => place.remove());

  const order = {
    installationId: 'i1',
    workerId: '5f1c1d0e-4a44-4a0c-9d55-000000000001',
    joinString: 'firn1.join',
    lifeMs: 3_600_000,
  };

  function intentOf(launcher: ApplianceLauncher, choice = 0): LaunchIntent {
    const chosen = launcher.choices[choice];
    if (chosen === undefined) throw new Error('no such choice');
    return launcher.prepare(order, chosen);
  }

  it('asks for spot first, and on demand where there is none', async () => {
    const launcher = place.open({ spot: true, subnetIds: ['subnet-1', 'subnet-2'] });
    expect(launcher.choices.map((each) => each.description)).toEqual([
      'c7g.large, spot, subnet-1',
      'c7g.large, spot, subnet-2',
      'm7g.large, spot, subnet-1',
      'm7g.large, spot, subnet-2',
      'c7g.large, on demand, subnet-1',
      'c7g.large, on demand, subnet-2',
      'm7g.large, on demand, subnet-1',
      'm7g.large, on demand, subnet-2',
    ]);
    await place.admin('POST', 'shortages', { market: 'spot' });
    const spot = launcher.launch(intentOf(launcher));
    await expect(spot).rejects.toMatchObject({ code: 'E_APPLIANCE_CAPACITY' });
    await launcher.launch(intentOf(launcher, 4));
    expect((await place.told()).instances).toMatchObject([
      { spot: false, instanceType: 'c7g.large' },
    ]);
  });

  it('knows what the machines cost', () => {
    const [large, medium] = place.open().choices;
    expect(large?.dollarsPerHour).toBeCloseTo(0.0725 + (10 * 0.08) / 730, 5);
    expect(medium?.dollarsPerHour).toBeCloseTo(0.0816 + (10 * 0.08) / 730, 5);
    expect(place.open({ region: 'eu-west-1' }).choices[0]?.dollarsPerHour).toBeUndefined();
    expect(place.open({ dollarsPerHour: 0.5 }).choices[0]?.dollarsPerHour).toBe(0.5);
  });

  it('tells the machine no secret but the join string', () => {
    const intent = intentOf(place.open());
    const request = JSON.parse(intent.request);
    expect(request).toMatchObject({
      ClientToken: `firn-${order.workerId}`,
      InstanceInitiatedShutdownBehavior: 'terminate',
      MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
      NetworkInterfaces: [{ AssociatePublicIpAddress: false, DeleteOnTermination: true }],
    });
    expect(request.KeyName).toBeUndefined();
    const userData = Buffer.from(request.UserData, 'base64').toString('utf8');
    const { write_files: files } = JSON.parse(userData.replace('#cloud-config', ''));
    const paths = files.map((file: { path: string }) => file.path);
    expect(paths).toEqual([
      '/etc/firn/join',
      '/etc/firn/archiver-appliance.env',
      '/etc/firn/machine',
      '/usr/local/sbin/firn-end-machine',
      '/usr/local/sbin/firn-bootstrap',
    ]);
    expect(files[0]).toMatchObject({ permissions: '0600', content: 'firn1.join' });
  });

  it('finds a machine again that the region does not show yet', async () => {
    await place.admin('POST', 'pace', { lagMs: 120_000 });
    const launcher = place.open();
    const intent = intentOf(launcher);
    const launched = await launcher.launch(intent);
    expect(await launcher.find(intent)).toMatchObject({ state: 'leftovers' });
    expect(await launcher.end(intent)).toBe(false);
    expect((await launcher.launch(intent))?.handle).toBe(launched?.handle);
    await place.admin('POST', 'clock', { advanceMs: 120_000 });
    expect(await launcher.end(intent)).toBe(false);
    await place.settle();
    expect(await launcher.end(intent)).toBe(true);
  });

  it('removes a disk that stayed', async () => {
    const launcher = place.open();
    const intent = intentOf(launcher);
    const request = JSON.parse(intent.request);
    request.BlockDeviceMappings[0].Ebs.DeleteOnTermination = false;
    await launcher.launch({ ...intent, request: JSON.stringify(request) });
    await place.settle();
    await launcher.end(intent);
    await place.settle();
    expect(await launcher.find(intent)).toMatchObject({ state: 'leftovers' });
    expect(await launcher.end(intent)).toBe(false);
    expect(await launcher.end(intent)).toBe(true);
    expect(await place.told()).toMatchObject({ volumes: 0, interfaces: 0 });
  });

  it('tells a limit of requests from a refusal', async () => {
    const launcher = place.open();
    const error = { code: 'RequestLimitExceeded', message: 'Request limit exceeded.' };
    await place.admin('POST', 'faults', { action: '*', error });
    const busy = launcher.launch(intentOf(launcher));
    await expect(busy).rejects.toMatchObject({ code: 'E_APPLIANCE_UNANSWERED' });
    await place.deny('ec2:DescribeVolumes');
    expect(await place.open().missingPermissions()).toEqual(['ec2:DescribeVolumes']);
  });
});
