import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface GuestStart {
  /** Program and arguments; never empty. */
  readonly command: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string>>;
  /** It has ended, by itself or because it was made to. */
  readonly onExit: (code: number | null) => void;
  readonly onError: (error: unknown) => void;
}

const KILL_AFTER_MS = 10_000;

/** What runs in a machine of a simulated cloud: a process in a group of its own. */
export class GuestProcess {
  readonly #child: ChildProcess;

  constructor({ command, environment, onExit, onError }: GuestStart) {
    const [program, ...args] = command;
    this.#child = spawn(program, args, {
      stdio: ['ignore', 'ignore', 'inherit'],
      // what it starts goes with it
      detached: true,
      env: { ...process.env, ...environment },
    });
    this.#child.once('error', onError);
    this.#child.once('exit', onExit);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Asks it to end, and kills it when it does not. */
  async end(): Promise<void> {
    const { pid, exitCode, signalCode } = this.#child;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    signal(pid, 'SIGTERM');
    const late = setTimeout(() => signal(pid, 'SIGKILL'), KILL_AFTER_MS);
    await gone;
    clearTimeout(late);
  }
}

function signal(pid: number, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(-pid, name);
  } catch {
    // it has exited meanwhile
  }
}
