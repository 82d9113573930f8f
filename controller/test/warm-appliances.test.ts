import { beforeEach, describe, expect, it } from 'vitest';
import { type Caretaker, useApplianceWorld } from './harness/appliance-world.ts';
import { FaultyCloud } from './harness/faulty-cloud.ts';

const minuteMs = 60_000;
const keepWarmMinutes = 20;
const process = { launcher: 'process' } as const;
const world = await useApplianceWorld();
const { clock, database, talk, up } = world;
let cloud: FaultyCloud;
let caretaker: Caretaker;

beforeEach(async () => {
  await world.reset();
  await world.startIn({ settings: process, keepWarmMinutes });
  cloud = new FaultyCloud(clock, () => 'none');
  caretaker = world.hire(cloud);
});

/** A machine that is up and did its work. @returns its worker */
async function aWarmOne(): Promise<string> {
  await caretaker.care();
  await world.boot(cloud);
  await world.advance(cloud.lagMs);
  const workerId = cloud.present[0]?.workerId ?? '';
  await talk.work(workerId);
  return workerId;
}

async function careFor(minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    await caretaker.care();
    await world.advance(minuteMs);
  }
  await caretaker.care();
}

describe('a machine whose work is done', () => {
  it('is given the next session of its template, and nothing is launched', async () => {
    const workerId = await aWarmOne();
    await world.endSession();
    await careFor(5);
    await world.follow();
    await careFor(1);
    expect(await database.appliances.live()).toMatchObject([
      { workerId, sessionId: world.nextId, attempt: 1, state: 'launched', warmLeftMs: null },
    ]);
    await talk.accept(workerId);
    await careFor(30);
    expect(await database.appliances.live()).toMatchObject([{ workerId, state: 'working' }]);
    expect(cloud.machines).toHaveLength(1);
    expect(await world.log(world.nextId)).toContain(
      `archiver appliance machine of ${workerId} was warm, and takes the session`,
    );
  });

  it('is ended when its time is over', async () => {
    await aWarmOne();
    await world.endSession();
    await careFor(keepWarmMinutes - 1);
    expect(cloud.present).toHaveLength(1);
    await careFor(4);
    expect(cloud.present).toEqual([]);
    expect(await database.appliances.live()).toEqual([]);
  });

  it('is ended by the next controller, though it ended itself while there was none', async () => {
    await aWarmOne();
    await world.endSession();
    caretaker.kill();
    await world.advance(2 * keepWarmMinutes * minuteMs);
    up.clear();
    for (const machine of cloud.machines) machine.goneAtMs = clock.now();
    caretaker = world.hire(cloud);
    await careFor(1);
    expect(await database.appliances.live()).toEqual([]);
    expect(cloud.machines).toHaveLength(1);
  });

  it('is ended when it falls silent, and is not given away meanwhile', async () => {
    const workerId = await aWarmOne();
    up.clear();
    await world.follow();
    await caretaker.care();
    await world.boot(cloud);
    expect(cloud.machines).toHaveLength(2);
    up.delete(workerId);
    await careFor(4);
    expect(cloud.present.map((machine) => machine.workerId)).not.toContain(workerId);
  });

  it('is not kept where too little of its life is left to be of use', async () => {
    await caretaker.care();
    await world.boot(cloud);
    const [machine] = cloud.present;
    await talk.accept(machine?.workerId ?? '');
    await world.advance((12 * 60 - 35) * minuteMs);
    await talk.last(machine?.workerId ?? '');
    await talk.free(machine?.workerId ?? '');
    await world.endSession();
    await careFor(4);
    expect(cloud.present).toHaveLength(1);
    await careFor(4);
    expect(cloud.present).toEqual([]);
  });

  it('is never kept past its deadline, however late it says that it is free', async () => {
    await caretaker.care();
    await world.boot(cloud);
    const workerId = cloud.present[0]?.workerId ?? '';
    await talk.accept(workerId);
    await talk.last(workerId);
    await world.endSession();
    await careFor(keepWarmMinutes + 3);
    await talk.free(workerId);
    expect(cloud.present).toEqual([]);
    expect(await database.appliances.live()).toEqual([]);
  });

  it('ends with its work when its template keeps none', async () => {
    await world.startIn({ settings: process });
    const workerId = await aWarmOne();
    expect(await database.appliances.get(workerId)).toMatchObject({ warmLeftMs: null });
    await world.endSession();
    await careFor(2);
    expect(cloud.present).toEqual([]);
  });

  it('is ended when its template is deleted', async () => {
    const id = await world.startIn({ settings: process, keepWarmMinutes });
    await aWarmOne();
    await world.endSession();
    await database.applianceTemplates.remove(id);
    await careFor(2);
    expect(cloud.present).toEqual([]);
  });
});

describe('a warm machine is not given', () => {
  it('to another organization', async () => {
    const workerId = await aWarmOne();
    await world.follow('fabrikam');
    await careFor(1);
    expect(await database.appliances.get(workerId)).toMatchObject({ sessionId: world.sessionId });
    expect(cloud.machines).toHaveLength(2);
  });

  it('to a session of another template, be it of the same place', async () => {
    const workerId = await aWarmOne();
    await world.startIn({ settings: process, keepWarmMinutes });
    await world.follow();
    await careFor(1);
    expect(await database.appliances.get(workerId)).toMatchObject({ sessionId: world.sessionId });
    expect(cloud.machines).toHaveLength(2);
  });

  it('to two sessions, or by two controllers', async () => {
    await aWarmOne();
    await world.follow();
    const controllers = [caretaker, world.hire(cloud)];
    await Promise.all(controllers.map((each) => each.care()));
    expect(cloud.machines).toHaveLength(1);
    expect(await database.appliances.live()).toMatchObject([{ sessionId: world.nextId }]);
  });

  it('anything of the session that it had', async () => {
    const workerId = await aWarmOne();
    await talk.accept(workerId);
    await talk.last(workerId);
    expect(await database.appliances.get(workerId)).toMatchObject({ state: 'warm' });
  });
});

describe('warm machines and limits', () => {
  it('give way where a session of other work has no place', async () => {
    caretaker = world.hire(cloud, { atOnceMax: 1 });
    const workerId = await aWarmOne();
    await world.follow('fabrikam');
    await careFor(3);
    expect(cloud.present).toHaveLength(1);
    expect(cloud.present[0]?.workerId).not.toBe(workerId);
    expect((await database.sessions.get(world.nextId))?.state).toBe('running');
  });

  it('give way where the budget does not hold both, and cost until they are gone', async () => {
    caretaker = world.hire(cloud, { dollarsPerMonthMax: 2 });
    await aWarmOne();
    await world.endSession();
    await careFor(10);
    expect((await database.appliances.usage()).dollarsSpent).toBeCloseTo(0.1 / 4, 5);
    await world.follow('fabrikam');
    await careFor(3);
    expect(cloud.machines).toHaveLength(2);
    expect(cloud.present).toHaveLength(1);
    expect((await database.sessions.get(world.nextId))?.state).toBe('running');
  });

  it('are told with the estimate', async () => {
    await caretaker.care();
    expect(await world.log()).toContainEqual(
      expect.stringContaining('within that, it may wait for more work for 20 minutes'),
    );
  });
});
