import { performance } from 'node:perf_hooks';
import { formatSeconds } from '../output/quantity.ts';
import { paint } from '../output/terminal.ts';
import type { DemoStep } from './report.ts';

/** Runs the steps of the demo one after the other, a line each. */
export interface Steps {
  /** What the step says of itself stands behind its name. */
  run<T>(name: string, body: () => Promise<StepOutcome<T>>): Promise<T>;
  readonly done: readonly DemoStep[];
}

export interface StepOutcome<T> {
  readonly value: T;
  readonly summary?: string;
  /** Default true; false is shown, and the demo goes on. */
  readonly ok?: boolean;
}

export function makeSteps(print: (line: string) => void): Steps {
  const done: DemoStep[] = [];
  const finish = (name: string, ok: boolean, begunMs: number, summary: string) => {
    const seconds = Math.round(performance.now() - begunMs) / 1000;
    done.push({ name, ok, seconds });
    const mark = ok ? paint('green', '✓') : paint('red', '✗');
    print(`${mark} ${name.padEnd(24)} ${formatSeconds(seconds).padStart(8)}  ${summary}`);
  };
  return {
    done,
    run: async (name, body) => {
      const begunMs = performance.now();
      try {
        const { value, summary = '', ok = true } = await body();
        finish(name, ok, begunMs, summary);
        return value;
      } catch (error) {
        finish(name, false, begunMs, '');
        throw error;
      }
    },
  };
}
