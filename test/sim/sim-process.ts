import type { Clock, Entropy } from '@firn/shared/repository/ports';
import type { World } from './world.ts';

/**
 * A process as far as the world can tell: what it awaits. Killed, nothing of it
 * is observed again: its promises never settle. Paused (a frozen machine), it
 * observes everything late, and goes on where it stood.
 */
export class SimProcess {
  readonly world: World;
  readonly name: string;
  readonly clock: Clock;
  readonly entropy: Entropy;
  isAlive = true;
  #pausedUntilMs = 0;

  constructor(world: World, name: string, skewMs: number) {
    this.world = world;
    this.name = name;
    const random = world.random.fork();
    this.entropy = { randomBytes: (length) => random.bytes(length) };
    this.clock = {
      now: () => world.nowMs + skewMs,
      sleep: (ms) => new Promise((resolve) => this.deliver(ms, 'wake', resolve)),
    };
  }

  get isPaused(): boolean {
    return this.#pausedUntilMs > this.world.nowMs;
  }

  kill(): void {
    this.isAlive = false;
    this.world.note(`${this.name} killed`);
  }

  pause(ms: number): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, this.world.nowMs + ms);
    this.world.note(`${this.name} paused`);
  }

  /** Lets the process observe something after a delay, if it lives and runs by then. */
  deliver(delayMs: number, label: string, observe: () => void): void {
    if (!this.isAlive) return;
    this.world.schedule(delayMs, `${this.name} ${label}`, () => {
      if (!this.isAlive) return;
      const waitMs = this.#pausedUntilMs - this.world.nowMs;
      if (waitMs > 0) this.deliver(waitMs, label, observe);
      else observe();
    });
  }

  /** Asks something of another place: evaluated there, answered after it. */
  ask<T>(label: string, answer: () => T): Promise<T> {
    const { random } = this.world;
    return new Promise((resolve) => {
      this.world.schedule(random.between(5, 200), `${this.name} asks ${label}`, () => {
        const value = answer();
        this.deliver(random.between(5, 200), `${label} answered`, () => resolve(value));
      });
    });
  }
}
