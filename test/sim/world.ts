/**
 * A world of one thread: a virtual clock, a heap of events and one source of
 * chance. Between two events all promises settle, so that a run is a function
 * of its seed.
 */
import { EventHeap } from './event-heap.ts';
import { Prng } from './prng.ts';

export interface Failure {
  /** The property that does not hold. */
  readonly property: string;
  readonly message: string;
}

const recentMax = 60;

/** Events per turn of Node's loop: a turn costs more than an event. */
const batchSize = 256;

export interface TracedEvent {
  readonly atMs: number;
  readonly label: string;
}

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

export class World {
  readonly random: Prng;
  /** Simulated time, ms. It starts well above 0 and knows no time zone. */
  nowMs = 1000 * dayMs;
  failure: Failure | undefined;
  events = 0;
  readonly #heap = new EventHeap();
  #recent: TracedEvent[] = [];
  #order = 0;
  #digest = 0x811c9dc5;

  constructor(seed: number) {
    this.random = new Prng(seed);
  }

  schedule(delayMs: number, label: string, run: () => void): void {
    this.#order += 1;
    this.#heap.push({ atMs: this.nowMs + delayMs, order: this.#order, label, run });
  }

  /** Runs until no event is left, the time has come, or a property failed. */
  run(untilMs: number): Promise<void> {
    return new Promise((resolve) => {
      let isDone = false;
      const step = () => {
        if (isDone || this.#step(untilMs)) return;
        isDone = true;
        resolve();
      };
      const batch = () => {
        if (isDone) return;
        for (let i = 0; i < batchSize; i += 1) setImmediate(step);
        setImmediate(batch);
      };
      setImmediate(batch);
    });
  }

  /** One event. Node settles all promises between two immediates of one batch. */
  #step(untilMs: number): boolean {
    const next = this.#heap.first;
    if (next === undefined || next.atMs > untilMs || this.failure !== undefined) return false;
    this.#heap.pop();
    this.nowMs = next.atMs;
    this.events += 1;
    this.note(next.label);
    next.run();
    return true;
  }

  /** Enters the trace. */
  note(label: string): void {
    let digest = Math.imul(this.#digest ^ (this.nowMs % 0x7fffffff), 0x01000193);
    for (let i = 0; i < label.length; i += 1) {
      digest = Math.imul(digest ^ label.charCodeAt(i), 0x01000193);
    }
    this.#digest = digest;
    this.#recent.push({ atMs: this.nowMs, label });
    if (this.#recent.length > 10 * recentMax) this.#recent = this.recent();
  }

  /** The last events, oldest first. */
  recent(): TracedEvent[] {
    return this.#recent.slice(-recentMax);
  }

  /** Equal for equal runs. */
  get traceDigest(): string {
    return (this.#digest >>> 0).toString(16).padStart(8, '0');
  }

  fail(property: string, message: string): void {
    this.failure ??= { property, message };
  }
}
