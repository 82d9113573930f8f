import fc from 'fast-check';
import { expect } from 'vitest';
import type { ApplianceWorld, Caretaker } from './appliance-world.ts';
import { FaultyCloud, type LaunchFault, type Machine } from './faulty-cloud.ts';

const minuteMs = 60_000;

const fault = fc.constantFrom<LaunchFault>(
  ...(['none', 'none', 'lost-reply', 'lost-request'] as const),
  ...(['no-capacity', 'quota', 'killed-before', 'killed-after'] as const),
);

/** What happens to the launches of a run; none to those after. */
export const faultsOfRun = fc.array(fault, { minLength: 20, maxLength: 20 });

/** A session by appliance under faults, and the end of it. */
export class FaultyRun {
  launches = 0;
  readonly cloud: FaultyCloud;
  readonly #world: ApplianceWorld;
  #caretaker: Caretaker;

  constructor(world: ApplianceWorld, faults: readonly LaunchFault[]) {
    this.#world = world;
    this.cloud = new FaultyCloud(
      world.clock,
      () => {
        this.launches += 1;
        return faults[this.launches - 1] ?? 'none';
      },
      () => this.#caretaker.kill(),
    );
    this.#caretaker = world.hire(this.cloud);
  }

  get machines(): readonly Machine[] {
    return this.cloud.present.filter(({ isLeftover }) => !isLeftover);
  }

  /** By a controller that may be killed, and by its successor, which remembers nothing. */
  async care(restarted: boolean): Promise<void> {
    if (restarted) this.#caretaker.kill();
    await this.#caretaker.care();
    this.#caretaker = this.#world.hire(this.cloud);
    await this.#caretaker.care();
  }

  /** Spot: machines go without a word. */
  interrupt(): void {
    for (const machine of this.cloud.present) machine.goneAtMs = this.#world.clock.now();
    this.#world.up.clear();
  }

  /** No session runs any more, and nothing may be left after so many minutes. */
  async end(minutes: number): Promise<void> {
    await this.#world.endSession();
    this.#caretaker = this.#world.hire(this.cloud);
    for (let minute = 0; minute < minutes; minute += 1) {
      await this.#caretaker.care();
      await this.#world.advance(minuteMs);
    }
    expect(this.cloud.present).toEqual([]);
    expect(await this.#world.database.appliances.live()).toEqual([]);
  }
}
