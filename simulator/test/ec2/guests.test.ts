import {
  DescribeInstancesCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
  waitUntilInstanceTerminated,
} from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aLaunch, Ec2TestWorld } from './ec2-world.ts';
import { GuestFolder, type ToldGuest } from './guest-folder.ts';

let world: Ec2TestWorld;
let guests: GuestFolder;
beforeEach(async () => {
  guests = await GuestFolder.make();
  world = await Ec2TestWorld.start(['--guest', guests.command]);
});
afterEach(async () => {
  await world.close();
  await guests.remove();
});

async function run(changes: Parameters<typeof aLaunch>[0] = {}): Promise<ToldGuest> {
  await world.client.send(new RunInstancesCommand(aLaunch(changes)));
  const [guest] = await guests.started(1);
  if (guest === undefined) throw new Error('no guest');
  return guest;
}

async function ended(id: string): Promise<string | undefined> {
  const waiter = { client: world.client, maxWaitTime: 20, minDelay: 1, maxDelay: 1 };
  await waitUntilInstanceTerminated(waiter, { InstanceIds: [id] });
  const answer = await world.client.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
  return answer.Reservations?.[0]?.Instances?.[0]?.StateReason?.Code;
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function token(url: string, headers: Record<string, string> = {}): Promise<Response> {
  const ttl = { 'x-aws-ec2-metadata-token-ttl-seconds': '60' };
  return fetch(`${url}/latest/api/token`, { method: 'PUT', headers: { ...ttl, ...headers } });
}

describe('a guest', () => {
  it('is a process with the user data, and goes with its instance', async () => {
    const { id, pid, userData } = await run();
    expect(userData).toBe('the user data');
    await world.client.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    expect(await ended(id)).toBe('Client.UserInitiatedShutdown');
    await expect.poll(() => runs(pid)).toBe(false);
  });

  it('ends its instance when it switches itself off', async () => {
    const { id } = await run();
    await guests.endAll();
    expect(await ended(id)).toBe('Client.InstanceInitiatedShutdown');
  });

  it('only stops its instance where that was asked for', async () => {
    await run({ InstanceInitiatedShutdownBehavior: 'stop' });
    await guests.endAll();
    await expect.poll(async () => (await world.told()).instances[0]?.state).toBe('stopped');
    expect(await world.told()).toMatchObject({ volumes: 1, interfaces: 1 });
  });
});

describe('the metadata service', () => {
  it('tells nothing without a token, and gives none to whoever forwards', async () => {
    const { id, url } = await run();
    const path = `${url}/latest/meta-data/instance-id`;
    expect((await fetch(path)).status).toBe(401);
    expect((await token(url, { 'x-forwarded-for': '10.0.0.1' })).status).toBe(403);
    const noTime = await token(url, { 'x-aws-ec2-metadata-token-ttl-seconds': '0' });
    expect(noTime.status).toBe(400);
    const given = await (await token(url)).text();
    const headers = { 'x-aws-ec2-metadata-token': given };
    expect(await (await fetch(path, { headers })).text()).toBe(id);
    const userData = await fetch(`${url}/latest/user-data`, { headers });
    expect(await userData.text()).toBe('the user data');
    const document = await fetch(`${url}/latest/dynamic/instance-identity/document`, { headers });
    expect(await document.json()).toMatchObject({ instanceId: id, architecture: 'arm64' });
    await world.admin('POST', 'clock', { advanceMs: 61_000 });
    expect((await fetch(path, { headers })).status).toBe(401);
  });

  it('tells of an interruption two minutes before it comes', async () => {
    const { id, url } = await run({ InstanceMarketOptions: { MarketType: 'spot' } });
    const headers = { 'x-aws-ec2-metadata-token': await (await token(url)).text() };
    const notice = () => fetch(`${url}/latest/meta-data/spot/instance-action`, { headers });
    expect((await notice()).status).toBe(404);
    await world.admin('POST', 'interrupt', { instanceId: id });
    expect(await (await notice()).json()).toMatchObject({ action: 'terminate' });
    await world.admin('POST', 'clock', { advanceMs: 119_000 });
    expect((await world.told()).instances[0]?.state).toBe('running');
    await world.admin('POST', 'clock', { advanceMs: 1_000 });
    expect(await ended(id)).toBe('Server.SpotInstanceTermination');
  });
});
