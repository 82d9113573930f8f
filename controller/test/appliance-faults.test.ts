import fc from 'fast-check';
import { expect, it } from 'vitest';
import { useApplianceWorld } from './harness/appliance-world.ts';
import { FaultyRun, faultsOfRun } from './harness/faulty-run.ts';

const minuteMs = 60_000;
const world = await useApplianceWorld();

interface Step {
  readonly minutes: number;
  readonly boots: boolean;
  readonly interrupted: boolean;
  readonly restarted: boolean;
}

const step: fc.Arbitrary<Step> = fc.record({
  minutes: fc.constantFrom(0.2, 1, 4, 12),
  boots: fc.boolean(),
  interrupted: fc.constantFrom(false, false, false, true),
  restarted: fc.constantFrom(false, false, true),
});

async function take(run: FaultyRun, { minutes, boots, interrupted, restarted }: Step) {
  await run.care(restarted);
  expect(run.machines.length).toBeLessThanOrEqual(1);
  if (boots) await world.boot(run.cloud);
  if (interrupted) run.interrupt();
  await world.advance(minutes * minuteMs);
}

it('leaves no machine over, and never has a second one for a session', async () => {
  let launches = 0;
  const steps = fc.array(step, { minLength: 12, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(faultsOfRun, steps, async (planned, taken) => {
      await world.reset();
      const run = new FaultyRun(world, planned);
      for (const each of taken) await take(run, each);
      await run.end(15);
      launches += run.launches;
    }),
    { numRuns: 20 },
  );
  expect(launches).toBeGreaterThan(50);
}, 180_000);
