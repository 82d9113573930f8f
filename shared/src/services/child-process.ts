import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { AppError } from '../errors/app-error.ts';

export interface ChildOptions {
  /** For messages and the log. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Of the user to run as; only the super-user may say so. */
  readonly uid?: number;
  readonly gid?: number;
  /** The line of stdout or stderr that says that it serves. */
  readonly readyLine: RegExp;
  readonly readyMsMax?: number;
  /** Both outputs are appended here. */
  readonly logFile?: string;
  /** What asks it to end. Default SIGTERM. */
  readonly stopSignal?: 'SIGTERM' | 'SIGINT';
  /** After that time it is killed. */
  readonly stopMsMax?: number;
}

export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RunningChild {
  readonly pid: number;
  /** The line that said that it serves. */
  readonly readyLine: string;
  /** Resolves when the process has ended, for whatever reason. */
  readonly exited: Promise<ChildExit>;
  /** Sends any signal to this process alone. */
  kill(signal: NodeJS.Signals): void;
  /** Asks it to end, kills it when it does not, and waits. May be called again. */
  stop(): Promise<ChildExit>;
}

/** Ends with this process: nothing that we started outlives us, short of SIGKILL. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/**
 * Starts a process and waits for its ready line. Fails with E_SERVICE_START,
 * quoting the last lines, when it ends or stays silent before.
 */
export async function startChild(options: ChildOptions): Promise<RunningChild> {
  const child = spawnChild(options);
  running.add(child);
  const exited = new Promise<ChildExit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    // A process that could not be started never says that it ended.
    child.once('error', () => resolve({ code: null, signal: null }));
  }).finally(() => running.delete(child));
  const stop = () => stopChild(child, exited, options);
  try {
    const readyLine = await waitUntilReady(child, options);
    const kill = (signal: NodeJS.Signals) => void child.kill(signal);
    return { pid: child.pid ?? 0, readyLine, exited, kill, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function spawnChild(options: ChildOptions): ChildProcess {
  return spawn(options.command, options.args, {
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    ...(options.uid !== undefined && { uid: options.uid }),
    ...(options.gid !== undefined && { gid: options.gid }),
  });
}

async function waitUntilReady(child: ChildProcess, options: ChildOptions): Promise<string> {
  const lastLines: string[] = [];
  const failed = (what: string, cause?: unknown) =>
    new AppError('E_SERVICE_START', [`${options.name} ${what}`, ...lastLines].join('\n  '), {
      context: { service: options.name },
      cause,
    });
  const readyMsMax = options.readyMsMax ?? 30_000;
  return await new Promise<string>((resolve, reject) => {
    const silent = `did not serve within ${readyMsMax} ms`;
    const timer = setTimeout(() => reject(failed(silent)), readyMsMax);
    const settle = (act: () => void) => {
      clearTimeout(timer);
      act();
    };
    child.once('error', (error) => settle(() => reject(failed('could not be started', error))));
    // Not `exit`: by `close` its last words have been read.
    child.once('close', (code, signal) => {
      settle(() => reject(failed(`ended at once (${signal ?? code})`)));
    });
    readLines(child, options.logFile, (line) => {
      lastLines.push(line);
      if (lastLines.length > 20) lastLines.shift();
      if (options.readyLine.test(line)) settle(() => resolve(line));
    });
  });
}

/** Reads both outputs for as long as the process lives, so that it never blocks on a full pipe. */
function readLines(
  child: ChildProcess,
  logFile: string | undefined,
  onLine: (line: string) => void,
): void {
  const log = logFile === undefined ? undefined : createWriteStream(logFile, { flags: 'a' });
  for (const output of [child.stdout, child.stderr]) {
    if (output !== null) readOutput(output, log, onLine);
  }
  child.once('close', () => log?.end());
}

function readOutput(
  output: Readable,
  log: WriteStream | undefined,
  onLine: (line: string) => void,
): void {
  createInterface({ input: output }).on('line', (line) => {
    log?.write(`${line}\n`);
    onLine(line);
  });
}

async function stopChild(
  child: ChildProcess,
  exited: Promise<ChildExit>,
  options: ChildOptions,
): Promise<ChildExit> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) {
    return await exited;
  }
  child.kill(options.stopSignal ?? 'SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), options.stopMsMax ?? 10_000);
  try {
    return await exited;
  } finally {
    clearTimeout(timer);
  }
}
