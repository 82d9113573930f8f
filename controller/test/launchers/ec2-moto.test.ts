import { randomUUID } from 'node:crypto';
import {
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasMoto, type RunningMoto, startMoto } from '../../../shared/test/s3/moto-server.ts';
import { makeEc2Launcher } from '../../src/adapters/ec2/ec2-launcher.ts';
import type { ApplianceLauncher } from '../../src/ports/appliance-launcher.ts';
import { ec2Settings } from './ec2-place.ts';

const keys = { accessKeyId: 'any', secretAccessKey: 'any' };

/** moto looks profiles up, and looks at no signature. */
async function makeProfile(endpoint: string, name: string): Promise<void> {
  const scope = 'Credential=any/20260101/us-east-1/iam/aws4_request';
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { authorization: `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=0` },
    body: new URLSearchParams({
      Action: 'CreateInstanceProfile',
      Version: '2010-05-08',
      InstanceProfileName: name,
    }),
  });
  if (!response.ok) throw new Error(await response.text());
}

// moto keeps a client token but starts another instance for it, and runs no user data: what it
// proves is that somebody else's EC2 understands the requests, the tags and the states.
describe.skipIf(!hasMoto())('the EC2 launcher on moto', () => {
  let moto: RunningMoto;
  let launcher: ApplianceLauncher;
  beforeAll(async () => {
    moto = await startMoto();
    await makeProfile(moto.endpoint, 'firn-worker');
    const client = new EC2Client({
      endpoint: moto.endpoint,
      region: 'us-east-1',
      credentials: keys,
    });
    const { Subnets = [] } = await client.send(new DescribeSubnetsCommand({}));
    const { SecurityGroups = [] } = await client.send(new DescribeSecurityGroupsCommand({}));
    client.destroy();
    const subnetIds = [Subnets[0]?.SubnetId ?? ''];
    const securityGroupIds = [SecurityGroups[0]?.GroupId ?? ''];
    const settings = ec2Settings(moto.endpoint, { subnetIds, securityGroupIds });
    launcher = makeEc2Launcher(settings, keys);
  }, 60_000);
  afterAll(() => moto?.stop());

  it('starts, finds and ends an instance', async () => {
    const [choice] = launcher.choices;
    if (choice === undefined) throw new Error('no choice');
    const order = {
      installationId: randomUUID(),
      workerId: randomUUID(),
      joinString: 'firn1.join',
      lifeMs: 60_000,
    };
    const intent = launcher.prepare(order, choice);
    const launched = await launcher.launch(intent);
    expect(launched).toMatchObject({ workerId: order.workerId });
    expect(await launcher.find(intent)).toMatchObject({ state: 'running' });
    expect(await launcher.list(order.installationId)).toHaveLength(1);
    expect(await launcher.end(intent)).toBe(false);
    while (!(await launcher.end(intent)));
    expect(await launcher.find(intent)).toBeUndefined();
  });

  it('is allowed everything', async () => {
    expect(await launcher.missingPermissions()).toEqual([]);
  });
});
