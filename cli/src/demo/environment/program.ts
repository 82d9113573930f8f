import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RunningChild, startChild } from '@firn/shared/services/child-process';
import { dataMover } from '@firn/shared/services/data-mover';
import { projectRoot } from './project.ts';

export interface ProgramOptions {
  readonly name: 'controller' | 'proxy-agent' | 'simulator';
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly logFile: string;
}

export interface RunningProgram extends RunningChild {
  /** What the program printed when it was ready. */
  readonly ready: Readonly<Record<string, unknown>>;
}

const ordinary = { nodeFlags: [], environment: {} };

/** Starts one of Firn's programs (or the simulator) and waits for its JSON ready line. */
export async function startProgram(options: ProgramOptions): Promise<RunningProgram> {
  const { nodeFlags, environment } = options.name === 'proxy-agent' ? dataMover : ordinary;
  const main = join(projectRoot, options.name, 'src', 'main.ts');
  const child = await startChild({
    name: options.name,
    command: process.execPath,
    args: [...nodeFlags, main, ...(options.args ?? [])],
    env: { ...environment, ...options.env },
    readyLine: /^\{.*"ready":\s*true/,
    logFile: options.logFile,
    stopMsMax: 20_000,
  });
  const ready = JSON.parse(child.readyLine) as Record<string, unknown>;
  return { ...child, ready };
}

/** Highest resident memory of a process so far, from proc(5); 0 where there is none. */
export async function peakRssBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
}

/** A text field of a ready line. */
export function readyText(program: RunningProgram, field: string): string {
  const value = program.ready[field];
  if (typeof value === 'string') return value;
  throw new Error(`the ready line has no ${field}`);
}
