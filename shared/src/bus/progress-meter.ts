import type { Clock } from '../time/clock.ts';
import type { Bus } from './bus.ts';
import type { Progress } from './progress.ts';
import { subjects } from './subjects.ts';

type SessionKey = Pick<Progress, 'sessionId' | 'attempt'>;

type Totals = Omit<Progress, 'sessionId' | 'attempt' | 'atMs'>;
type Sum = 'objectsDone' | 'items' | 'bytes' | 'itemsFailed' | 'packs';

const tickMs = 500;

/** Counts what a session does and tells it on the bus, a tick each half second. */
export class ProgressMeter {
  readonly #key: SessionKey;
  #totals: Totals = {
    phase: 'starting',
    objectsDone: 0,
    objectsTotal: 0,
    items: 0,
    bytes: 0,
    itemsFailed: 0,
    requests: 0,
    batchedRequests: 0,
    packs: 0,
    packsTotal: 0,
    current: '',
  };

  constructor({ sessionId, attempt }: SessionKey) {
    // Taken out: whoever passes more than a key must not see it on the bus.
    this.#key = { sessionId, attempt };
  }

  add(sums: Partial<Record<Sum, number>>): void {
    const totals: Record<Sum, number> = { ...this.#totals };
    for (const [name, value] of Object.entries(sums)) totals[name as Sum] += value;
    this.#totals = { ...this.#totals, ...totals };
  }

  set(values: Partial<Totals>): void {
    this.#totals = { ...this.#totals, ...values };
  }

  at(nowMs: number): Progress {
    return { ...this.#key, ...this.#totals, atMs: nowMs };
  }
}

export interface PublishProgress {
  readonly meter: ProgressMeter;
  readonly key: SessionKey;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly workerId: () => string;
}

/** Until the signal aborts; the last tick is published then. */
export async function publishProgress(
  options: PublishProgress,
  signal: AbortSignal,
): Promise<void> {
  const { meter, key, bus, clock, workerId } = options;
  const tick = () => {
    const payload = new TextEncoder().encode(JSON.stringify(meter.at(clock.now())));
    bus.publish(subjects.progress(workerId(), key.sessionId), payload);
  };
  while (!signal.aborted) {
    tick();
    await clock.sleep(tickMs, signal).catch(() => undefined);
  }
  tick();
}
