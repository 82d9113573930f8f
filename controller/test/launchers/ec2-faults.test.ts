import { isAppError } from '@firn/shared/errors/app-error';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { LaunchIntent } from '../../src/ports/appliance-launcher.ts';
import { Ec2Place } from './ec2-place.ts';

// What a controller does with an intent, by one that remembers nothing from call to call.
let place: Ec2Place;
beforeAll(async () => {
  place = await Ec2Place.make();
});
afterAll(() => place.remove());

const launchesMax = 50;
const installationId = 'faults';
const runInstances = { action: 'RunInstances' };

/** Each for the launch of one intent; the last one is none. */
const faults: readonly (() => Promise<unknown>)[] = [
  () => place.admin('POST', 'faults', { ...runInstances, cut: 'lose' }),
  () => place.admin('POST', 'faults', { ...runInstances, cut: 'drop' }),
  () => place.admin('POST', 'faults', { ...runInstances, cut: 'lose', count: 3 }),
  () => place.faults.exhaustQuota(),
  () => place.faults.lackCapacity?.() ?? Promise.resolve(),
  () => place.admin('POST', 'pace', { lagMs: 90_000 }),
  () => place.admin('POST', 'faults', { action: 'TerminateInstances', cut: 'lose' }),
  () => place.admin('POST', 'faults', { action: 'DescribeInstances', cut: 'drop' }),
  () => place.admin('POST', 'pace', { lagMs: 0 }),
];

function anIntent(n: number): LaunchIntent {
  const launcher = place.open({ spot: n % 2 === 0 });
  const [choice] = launcher.choices;
  if (choice === undefined) throw new Error('no choice');
  const workerId = `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
  const order = { installationId, workerId, joinString: `join ${n}`, lifeMs: 3_600_000 };
  return launcher.prepare(order, choice);
}

/** Repeats what was not answered, each time as another controller. */
async function persist<T>(ask: () => Promise<T>): Promise<T | undefined> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (isAppError(error, 'E_APPLIANCE_UNANSWERED')) continue;
      if (isAppError(error, 'E_APPLIANCE_CAPACITY')) return undefined;
      if (isAppError(error, 'E_APPLIANCE_QUOTA')) return undefined;
      throw error;
    }
  }
}

/** @returns how many machines the intent has started */
async function liveAndEnd(n: number): Promise<number> {
  const intent = anIntent(n);
  const before = (await place.told()).launches;
  await faults[n % faults.length]?.();
  const launched = await persist(() => place.open().launch(intent));
  const again = launched && (await persist(() => place.open().launch(intent)));
  expect(again?.handle).toBe(launched?.handle);
  await place.settle();
  const { instances } = await place.told();
  const spot = instances.find((each) => each.spot && each.state === 'running');
  if (n % 4 === 0 && spot !== undefined) {
    await place.admin('POST', 'interrupt', { instanceId: spot.id });
    await place.admin('POST', 'clock', { advanceMs: 120_000 });
  }
  // As the reaper does: given up only when nothing unseen can show up any more.
  await place.admin('POST', 'clock', { advanceMs: place.open().lagMs });
  while (!(await persist(() => place.open().end(intent)))) await place.settle();
  return (await place.told()).launches - before;
}

it('fifty launches with faults leave nothing, and no intent has a second machine', async () => {
  const started: number[] = [];
  for (let n = 0; n < launchesMax; n += 1) started.push(await liveAndEnd(n));
  expect(Math.max(...started)).toBe(1);
  expect(await place.open().list(installationId)).toEqual([]);
  const told = await place.told();
  expect(told).toMatchObject({ volumes: 0, interfaces: 0 });
  expect(told.instances.every(({ state }) => state === 'terminated')).toBe(true);
  expect(told.launches).toBeGreaterThan(launchesMax / 2);
}, 300_000);
