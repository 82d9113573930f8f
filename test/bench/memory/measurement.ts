import { PeakCurve, PeakMemory } from './peak-memory.ts';

export type Metrics = Record<string, number>;

export interface Phase {
  readonly name: string;
  /** Steps, as far as they are known beforehand. */
  readonly total: number;
  readonly work: (onStep: () => void) => Promise<void>;
}

/** How fast the phases of a process are, and the most that it had resident in each. */
export class Measurement {
  readonly metrics: Metrics = {};
  readonly #memory = new PeakMemory();

  /** Forgets what was resident so far. @returns bytes */
  settle(): number {
    return this.#memory.take();
  }

  async run({ name, total, work }: Phase): Promise<void> {
    const onTenth = (tenths: number, peakBytes: number) =>
      console.error(`${name} ${tenths}0 %: ${Math.round(peakBytes / 1024 ** 2)} MiB`);
    const curve = new PeakCurve({ memory: this.#memory, total, onTenth });
    const begun = performance.now();
    await work(() => curve.step());
    const seconds = (performance.now() - begun) / 1000;
    const peak = Math.max(...curve.tenths, this.#memory.take());
    this.metrics[`${name}.steps`] = curve.done;
    this.metrics[`${name}.rate`] = curve.done / seconds;
    this.metrics[`${name}.rss`] = peak;
    for (const [n, bytes] of curve.tenths.entries()) {
      this.metrics[`${name}.rss.${(n + 1) * 10}%`] = bytes;
    }
  }
}
