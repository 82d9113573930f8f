import type { RandomStream } from '../domain/random-stream.ts';

/** How long the tenant takes to think before it answers. */
export interface LatencyPlan {
  readonly fixedMs: number;
  /** Added uniformly between 0 and this. */
  readonly jitterMs: number;
}

/** Draws the latency of each request from its own deterministic stream. */
export class Latency {
  readonly #random: RandomStream;
  plan: LatencyPlan;

  constructor(random: RandomStream, plan: LatencyPlan) {
    this.#random = random;
    this.plan = plan;
  }

  drawMs(): number {
    return this.plan.fixedMs + this.plan.jitterMs * this.#random.next();
  }
}
