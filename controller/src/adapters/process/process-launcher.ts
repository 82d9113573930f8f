import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@firn/shared/errors/app-error';
import type { Logger } from '@firn/shared/observe/logger';
import { dataMover } from '@firn/shared/services/data-mover';
import type { Clock } from '@firn/shared/time/clock';
import type { ApplianceLauncher, ApplianceOrder } from '../../ports/appliance-launcher.ts';

export interface ProcessLauncherOptions {
  /** main.ts of the archiver appliance. */
  readonly program: string;
  /** For the join strings, each in a file of mode 0600 until its appliance has ended. */
  readonly folder: string;
  /** Given to the appliance beside FIRN_JOIN_FILE: its own settings, no secret. */
  readonly environment: Readonly<Record<string, string>>;
  readonly logger: Logger;
  readonly clock: Clock;
}

const termMs = 5_000;

/**
 * Archiver appliances as processes of this machine. They are detached: they
 * outlive a controller that is killed, dial again, and end by themselves. The
 * handle is `<pid>:<start time>`, so that a process id that was given to
 * another process meanwhile is never signalled.
 */
export function makeProcessLauncher(options: ProcessLauncherOptions): ApplianceLauncher {
  const children = new Map<string, Promise<void>>();
  return {
    launch: async (order) => {
      const { handle, gone } = await launch(options, order);
      children.set(handle, gone);
      return handle;
    },
    end: async (handle) => {
      await endProcess(handle, options.clock);
      await children.get(handle);
      children.delete(handle);
    },
  };
}

interface Launched {
  readonly handle: string;
  /** Resolves when the process has ended and its join string is removed. */
  readonly gone: Promise<void>;
}

async function launch(options: ProcessLauncherOptions, order: ApplianceOrder): Promise<Launched> {
  const { folder, program, environment, logger } = options;
  const { workerId, joinString } = order;
  const joinFile = join(folder, `${workerId}.join`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(joinFile, joinString, { mode: 0o600 });
  const child = spawn(process.execPath, [...dataMover.nodeFlags, program], {
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true,
    env: { ...dataMover.environment, ...environment, FIRN_JOIN_FILE: joinFile },
  });
  const { promise: gone, resolve } = Promise.withResolvers<void>();
  child.once('exit', (code, signalName) => {
    logger.info('appliance.exited', { workerId, pid: child.pid, code, signal: signalName });
    rm(joinFile, { force: true }).then(resolve, (error: unknown) => {
      logger.warn('appliance.join_file_left', { workerId, error });
      resolve();
    });
  });
  const pid = await started(child);
  child.unref();
  return { handle: `${pid}:${(await startTimeOf(pid)) ?? ''}`, gone };
}

async function started(child: ChildProcess): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.once('spawn', resolve);
  child.once('error', reject);
  try {
    await promise;
  } catch (cause) {
    throw new AppError('E_APPLIANCE_FAILED', 'the process of the appliance could not be started', {
      cause,
    });
  }
  if (child.pid !== undefined) return child.pid;
  throw new AppError('E_APPLIANCE_FAILED', 'the process of the appliance has no id');
}

async function endProcess(handle: string, clock: Clock): Promise<void> {
  const [pidText, startTime] = handle.split(':');
  const pid = Number(pidText);
  const runs = async () => Boolean(startTime) && (await startTimeOf(pid)) === startTime;
  if (!(await runs())) return;
  signal(pid, 'SIGTERM');
  for (let waitedMs = 0; waitedMs < termMs; waitedMs += 100) {
    await clock.sleep(100);
    if (!(await runs())) return;
  }
  signal(pid, 'SIGKILL');
}

function signal(pid: number, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    const isGone = error instanceof Error && 'code' in error && error.code === 'ESRCH';
    if (!isGone) throw error;
  }
}

/** Ticks after boot, field 22 of /proc/<pid>/stat; undefined: no such process, or a dead one. */
async function startTimeOf(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may hold blanks.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
