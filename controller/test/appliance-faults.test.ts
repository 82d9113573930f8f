import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Caretaker, useApplianceWorld } from './harness/appliance-world.ts';
import { FaultyCloud, type LaunchFault } from './harness/faulty-cloud.ts';

const minuteMs = 60_000;
const world = await useApplianceWorld();

const fault = fc.constantFrom<LaunchFault>(
  ...(['none', 'none', 'lost-reply', 'lost-request'] as const),
  ...(['no-capacity', 'quota', 'killed-before', 'killed-after'] as const),
);

interface Step {
  readonly minutes: number;
  readonly boots: boolean;
  /** Spot: machines go without a word. */
  readonly interrupted: boolean;
  readonly restarted: boolean;
}

const step: fc.Arbitrary<Step> = fc.record({
  minutes: fc.constantFrom(0.2, 1, 4, 12),
  boots: fc.boolean(),
  interrupted: fc.constantFrom(false, false, false, true),
  restarted: fc.constantFrom(false, false, true),
});

/** A session by appliance under faults, and the end of it. */
class FaultyRun {
  launches = 0;
  readonly #cloud: FaultyCloud;
  #caretaker: Caretaker;

  constructor(faults: readonly LaunchFault[]) {
    this.#cloud = new FaultyCloud(
      world.clock,
      () => {
        this.launches += 1;
        return faults[this.launches - 1] ?? 'none';
      },
      () => this.#caretaker.kill(),
    );
    this.#caretaker = world.hire(this.#cloud);
  }

  async take({ minutes, boots, interrupted, restarted }: Step): Promise<void> {
    if (restarted) this.#caretaker.kill();
    await this.#caretaker.care();
    // Whoever was killed has a successor, which remembers nothing.
    this.#caretaker = world.hire(this.#cloud);
    await this.#caretaker.care();
    const machines = this.#cloud.present.filter(({ isLeftover }) => !isLeftover);
    expect(machines.length).toBeLessThanOrEqual(1);
    if (boots) await world.boot(this.#cloud);
    if (interrupted) this.#interrupt();
    await world.advance(minutes * minuteMs);
  }

  #interrupt(): void {
    for (const machine of this.#cloud.present) machine.goneAtMs = world.clock.now();
    world.up.clear();
  }

  async end(): Promise<void> {
    await world.endSession();
    this.#caretaker = world.hire(this.#cloud);
    for (let minute = 0; minute < 15; minute += 1) {
      await this.#caretaker.care();
      await world.advance(minuteMs);
    }
    expect(this.#cloud.present).toEqual([]);
    expect(await world.database.appliances.live()).toEqual([]);
  }
}

it('leaves no machine over, and never has a second one for a session', async () => {
  let launches = 0;
  const faults = fc.array(fault, { minLength: 20, maxLength: 20 });
  const steps = fc.array(step, { minLength: 12, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(faults, steps, async (planned, taken) => {
      await world.reset();
      const run = new FaultyRun(planned);
      for (const each of taken) await run.take(each);
      await run.end();
      launches += run.launches;
    }),
    { numRuns: 20 },
  );
  expect(launches).toBeGreaterThan(50);
}, 180_000);
