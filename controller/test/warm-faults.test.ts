import fc from 'fast-check';
import { expect, it } from 'vitest';
import { useApplianceWorld } from './harness/appliance-world.ts';
import { FaultyRun, faultsOfRun } from './harness/faulty-run.ts';

const minuteMs = 60_000;
const keepWarmMinutes = 20;
const world = await useApplianceWorld();

interface Step {
  readonly minutes: number;
  readonly boots: boolean;
  /** Whoever has work does it, and says so; or dies before it says that it is free. */
  readonly works: 'no' | 'to the end' | 'to its last task';
  readonly session: 'stays' | 'next' | 'next of another organization';
  readonly interrupted: boolean;
  readonly restarted: boolean;
}

const step: fc.Arbitrary<Step> = fc.record({
  minutes: fc.constantFrom(0.2, 1, 4, 12),
  boots: fc.constantFrom(true, true, false),
  works: fc.constantFrom('no', 'to the end', 'to the end', 'to the end', 'to its last task'),
  session: fc.constantFrom('stays', 'next', 'next', 'next', 'next of another organization'),
  interrupted: fc.constantFrom(false, false, false, false, false, true),
  restarted: fc.constantFrom(false, false, true),
});

async function take(run: FaultyRun, taken: Step): Promise<void> {
  await run.care(taken.restarted);
  await assertOneEach(run);
  if (taken.boots) await world.boot(run.cloud);
  await doWork(taken.works);
  if (taken.session === 'next') await world.follow();
  if (taken.session === 'next of another organization') await world.follow('fabrikam');
  if (taken.interrupted) run.interrupt();
  await world.advance(taken.minutes * minuteMs);
}

/** One machine for an intent, one appliance for a session. */
async function assertOneEach(run: FaultyRun): Promise<void> {
  const workers = run.machines.map(({ workerId }) => workerId);
  expect(new Set(workers).size).toBe(workers.length);
  const live = await world.database.appliances.live();
  const serving = live.filter(({ state, isEnding }) => state !== 'warm' && !isEnding);
  expect(new Set(serving.map(({ sessionId }) => sessionId)).size).toBe(serving.length);
}

async function doWork(works: Step['works']): Promise<void> {
  if (works === 'no') return;
  for (const { workerId, state } of await world.database.appliances.live()) {
    if (!world.up.has(workerId) || state !== 'launched') continue;
    await world.talk.accept(workerId);
    await world.talk.last(workerId);
    if (works === 'to the end') await world.talk.free(workerId);
    else world.up.delete(workerId);
  }
}

async function reuses(): Promise<number> {
  const log = [...(await world.log()), ...(await world.log(world.nextId))];
  return log.filter((line) => line.includes('was warm, and takes the session')).length;
}

it('machines that are kept warm leave none over either, and no session has two', async () => {
  const steps = fc.array(step, { minLength: 12, maxLength: 12 });
  const before = await reuses();
  await fc.assert(
    fc.asyncProperty(faultsOfRun, steps, async (planned, taken) => {
      await world.reset();
      await world.startIn({ settings: { launcher: 'process' }, keepWarmMinutes });
      const run = new FaultyRun(world, planned);
      for (const each of taken) await take(run, each);
      await run.end(keepWarmMinutes + 15);
    }),
    { numRuns: 12 },
  );
  expect(await reuses()).toBeGreaterThan(before);
}, 180_000);
