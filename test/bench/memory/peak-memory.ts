import { readFileSync, writeFileSync } from 'node:fs';

/** The most that this process had resident, since it was asked last. Linux. */
export class PeakMemory {
  /** Bytes. */
  take(): number {
    const status = readFileSync('/proc/self/status', 'utf8');
    // [proc_pid_clear_refs(5): 5 resets the peak resident set size]
    writeFileSync('/proc/self/clear_refs', '5');
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
  }
}

export interface PeakCurveOptions {
  readonly memory: PeakMemory;
  /** Steps. */
  readonly total: number;
  /** Of a run that takes long: how far it is. */
  readonly onTenth: (tenths: number, peakBytes: number) => void;
}

/** Peaks of the tenths of some work whose amount is known beforehand. */
export class PeakCurve {
  readonly tenths: number[] = [];
  readonly #options: PeakCurveOptions;
  #done = 0;

  constructor(options: PeakCurveOptions) {
    this.#options = options;
  }

  get done(): number {
    return this.#done;
  }

  /** One more is done. */
  step(): void {
    this.#done += 1;
    const { memory, total, onTenth } = this.#options;
    const isTenth = this.#done >= ((this.tenths.length + 1) * total) / 10;
    if (total < 10 || !isTenth || this.tenths.length === 10) return;
    const peakBytes = memory.take();
    this.tenths.push(peakBytes);
    onTenth(this.tenths.length, peakBytes);
  }
}
