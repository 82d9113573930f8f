import { beforeEach, describe, expect, it } from 'vitest';
import { useApplianceWorld } from './harness/appliance-world.ts';
import { FaultyCloud, type LaunchFault } from './harness/faulty-cloud.ts';

const minuteMs = 60_000;
const world = await useApplianceWorld();
const { clock, database, up, installationId } = world;

/** Settings that differ from those of the standard place; the cloud is the same. */
const pod = { namespace: 'firn', image: 'registry.example/firn', cpu: '2', memory: '1Gi' };

beforeEach(() => world.reset());

/** A cloud that does these to the first launches, and is well afterwards. */
function aCloud(...faults: readonly LaunchFault[]): FaultyCloud {
  const left = [...faults];
  return new FaultyCloud(clock, () => left.shift() ?? 'none');
}

async function live() {
  return database.appliances.live();
}

describe('an intent', () => {
  it('is recorded before the call, and sent again as it was until it is answered', async () => {
    const cloud = aCloud('lost-request', 'lost-reply', 'none');
    const caretaker = world.hire(cloud);
    for (let round = 0; round < 4; round += 1) {
      await caretaker.care();
      await world.advance(15_000);
    }
    expect(cloud.machines).toHaveLength(1);
    expect(await live()).toMatchObject([
      { workerId: cloud.machines[0]?.workerId, state: 'launched', choice: 'small, spot' },
    ]);
  });

  it('is taken over by the next controller when the first was killed', async () => {
    for (const fault of ['killed-before', 'killed-after'] as const) {
      await world.reset();
      const faults: LaunchFault[] = [fault];
      const cloud = new FaultyCloud(
        clock,
        () => faults.shift() ?? 'none',
        () => first.kill(),
      );
      const first = world.hire(cloud);
      await first.care();
      const [intent] = await live();
      expect(intent?.state).toBe('intended');
      await world.hire(cloud).care();
      expect(cloud.present.map(({ workerId }) => workerId)).toEqual([intent?.workerId]);
    }
  });

  it('gives way to the next choice where there is no room, at once', async () => {
    const cloud = aCloud('no-capacity');
    const caretaker = world.hire(cloud);
    await caretaker.care();
    await caretaker.care();
    expect(await live()).toMatchObject([{ choice: 'small, on demand', state: 'launched' }]);
    expect((await world.log()).at(-2)).toContain('small, on demand; $0.30 an hour, $3.60 at most');
  });

  it('waits when no choice has room, says so once, and asks again later', async () => {
    const cloud = aCloud('no-capacity', 'no-capacity');
    const caretaker = world.hire(cloud);
    const before = (await world.log()).length;
    for (let round = 0; round < 5; round += 1) await caretaker.care();
    const said = (await world.log()).slice(before).filter((line) => line.includes('started yet'));
    expect(said).toEqual([
      'no archiver appliance is started yet: no room for small, on demand; small, spot',
    ]);
    await world.advance(11 * minuteMs);
    await caretaker.care();
    expect(cloud.present).toHaveLength(1);
  });

  it('has not ended while something of it may still show up', async () => {
    const cloud = aCloud('lost-reply');
    const caretaker = world.hire(cloud);
    await caretaker.care();
    await world.endSession();
    for (let minute = 0; minute < 4; minute += 1) {
      await caretaker.care();
      expect(await live()).toHaveLength(1);
      await world.advance(minuteMs);
    }
    for (let minute = 0; minute < 5; minute += 1) {
      await world.advance(minuteMs);
      await caretaker.care();
    }
    expect(cloud.present).toEqual([]);
    expect(await live()).toEqual([]);
  });
});

describe('an appliance', () => {
  it('that never dials is ended, and three in a row fail the session', async () => {
    const cloud = aCloud();
    const caretaker = world.hire(cloud);
    for (let minute = 0; minute < 70; minute += 1) {
      await caretaker.care();
      await world.advance(minuteMs);
      expect(cloud.present.length).toBeLessThanOrEqual(1);
    }
    expect(cloud.machines).toHaveLength(3);
    expect(cloud.present).toEqual([]);
    const session = await database.sessions.get(world.sessionId);
    expect(session).toMatchObject({ state: 'stopping', problem: { code: 'E_APPLIANCE_FAILED' } });
  });

  it('that worked and was taken away is replaced, as often as that happens', async () => {
    const cloud = aCloud();
    const caretaker = world.hire(cloud);
    for (let taken = 0; taken < 5; taken += 1) {
      while (cloud.present.length === 0) {
        await caretaker.care();
        await world.advance(10_000);
      }
      await world.boot(cloud);
      await world.advance(20 * minuteMs);
      await caretaker.care();
      for (const machine of cloud.present) {
        machine.goneAtMs = clock.now();
        up.delete(machine.workerId);
      }
    }
    expect(cloud.machines).toHaveLength(5);
    expect((await database.sessions.get(world.sessionId))?.state).toBe('running');
  });

  it('is ended at its deadline, whatever its session does', async () => {
    const cloud = aCloud();
    const caretaker = world.hire(cloud);
    await caretaker.care();
    await world.boot(cloud);
    const [first] = cloud.present;
    await world.advance(12 * 60 * minuteMs);
    await caretaker.care();
    await world.advance(2 * minuteMs);
    expect(cloud.present).not.toContain(first);
  });
});

describe('a large session', () => {
  it('is shared by as many appliances as it is worth, and no more than its copy job says', async () => {
    const cloud = aCloud();
    const caretakers = [world.hire(cloud), world.hire(cloud)];
    await world.plan(61, 8);
    for (let round = 0; round < 4; round += 1) {
      await Promise.all(caretakers.map((each) => each.care()));
    }
    expect(cloud.present).toHaveLength(3);
    await world.plan(10_000, 4);
    for (let round = 0; round < 4; round += 1) {
      await Promise.all(caretakers.map((each) => each.care()));
    }
    expect(cloud.present).toHaveLength(4);
    expect(new Set((await live()).map(({ workerId }) => workerId)).size).toBe(4);
  });
});

describe('the reaper', () => {
  it('ends machines of this installation that no row knows, after a grace, and no others', async () => {
    await world.endSession();
    const cloud = aCloud();
    const own = cloud.add({ installationId, workerId: '00000000-0000-4000-8000-000000000001' });
    const others = cloud.add({ installationId: 'another', workerId: own.workerId });
    const caretaker = world.hire(cloud);
    await world.advance(cloud.lagMs);
    for (let minute = 0; minute < 5; minute += 1) {
      await caretaker.care();
      expect(own.goneAtMs).toBe(Number.POSITIVE_INFINITY);
      await world.advance(minuteMs);
    }
    await caretaker.care();
    await world.advance(2 * minuteMs);
    expect(cloud.present).toEqual([others]);
  });

  it('leaves a machine alone that a row wants, though another place of one cloud shows it too', async () => {
    const cloud = aCloud();
    const caretaker = world.hire(cloud);
    await world.startIn({ settings: { launcher: 'kubernetes', ...pod } });
    await caretaker.care();
    await world.boot(cloud);
    for (let minute = 0; minute < 15; minute += 1) {
      await caretaker.care();
      await world.advance(minuteMs);
    }
    expect(cloud.present).toEqual(cloud.machines);
    expect(cloud.machines).toHaveLength(1);
  });

  it('ends rows whose machine is gone, but none whose program speaks', async () => {
    const cloud = aCloud();
    const caretaker = world.hire(cloud);
    await caretaker.care();
    await world.boot(cloud);
    const [machine] = cloud.machines;
    if (machine !== undefined) machine.goneAtMs = clock.now();
    for (let minute = 0; minute < 10; minute += 1) {
      await caretaker.care();
      await world.advance(minuteMs);
    }
    expect(await live()).toMatchObject([{ workerId: machine?.workerId }]);
    up.clear();
    for (let minute = 0; minute < 3; minute += 1) {
      await caretaker.care();
      await world.advance(minuteMs);
    }
    expect((await live()).map(({ workerId }) => workerId)).not.toContain(machine?.workerId);
  });
});

describe('limits', () => {
  it('hold for two controllers together', async () => {
    const cloud = aCloud();
    const controllers = [world.hire(cloud), world.hire(cloud)];
    await Promise.all(controllers.map((each) => each.care()));
    expect(cloud.machines).toHaveLength(1);
  });

  it('stop launches for the rest of an hour', async () => {
    const cloud = aCloud();
    const caretaker = world.hire(cloud, { launchesPerHourMax: 1 });
    await caretaker.care();
    await world.boot(cloud);
    await world.advance(15 * minuteMs);
    up.clear();
    for (let minute = 0; minute < 40; minute += 1) {
      await caretaker.care();
      await world.advance(minuteMs);
    }
    expect(cloud.machines).toHaveLength(1);
    expect((await world.log()).at(-1)).toContain('1 of 1 launches an hour are used');
    await world.advance(10 * minuteMs);
    await caretaker.care();
    expect(cloud.machines).toHaveLength(2);
  });

  it('stop the session at the end of the budget', async () => {
    const cloud = aCloud();
    await world.hire(cloud, { dollarsPerMonthMax: 1 }).care();
    expect(cloud.machines).toEqual([]);
    const session = await database.sessions.get(world.sessionId);
    expect(session?.problem).toMatchObject({
      code: 'E_APPLIANCE_LIMIT',
      message:
        'the budget is $1.00 a month: $0.00 are spent or reserved, one more appliance may cost $1.20',
    });
  });
});
