import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@firn/shared/errors/app-error';
import type { Logger } from '@firn/shared/observe/logger';
import { dataMover } from '@firn/shared/services/data-mover';
import type { Clock } from '@firn/shared/time/clock';
import type {
  ApplianceLauncher,
  ApplianceOrder,
  ApplianceSighting,
  ApplianceTags,
  LaunchIntent,
} from '../../ports/appliance-launcher.ts';
import { LaunchMarks } from './launch-marks.ts';
import { isAlive, type ProcessEntry, readProcessTable } from './process-table.ts';

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

/** What a process intent asks for. */
interface ProcessRequest {
  readonly joinString: string;
  readonly lifeMs: number;
}

/**
 * Archiver appliances as processes of this machine. They are detached: they
 * outlive a controller that is killed, dial again, and end by themselves. Their
 * tags are arguments of their command line, where every controller of this
 * machine finds them.
 */
export function makeProcessLauncher(options: ProcessLauncherOptions): ApplianceLauncher {
  const marks = new LaunchMarks(join(options.folder, 'launched'));
  /** Of this controller's own children: resolves when the join string is removed, too. */
  const children = new Map<string, Started>();
  return {
    kind: 'process',
    choices: [{ description: 'a process on the machine of the controller', dollarsPerHour: 0 }],
    lagMs: 0,
    bootMsMax: 60_000,
    prepare: (order) => prepare(order),
    launch: async (intent) => {
      if (!(await marks.make(nameOf(intent), options.clock.now()))) return find(intent);
      children.set(nameOf(intent), await start(options, intent));
      return find(intent);
    },
    find,
    list: async (installationId) => (await appliances()).filter(isOf(installationId)).map(sighting),
    end: async (tags) => {
      for (const appliance of await appliances()) {
        if (isSame(appliance, tags)) await endProcess(appliance.entry, options.clock);
      }
      await children.get(nameOf(tags))?.gone;
      children.delete(nameOf(tags));
      await rm(joinFileOf(options, tags), { force: true });
      return (await find(tags)) === undefined;
    },
    missingPermissions: async () => [],
  };
}

function prepare({ installationId, workerId, joinString, lifeMs }: ApplianceOrder): LaunchIntent {
  const request: ProcessRequest = { joinString, lifeMs };
  return { launcher: 'process', installationId, workerId, request: JSON.stringify(request) };
}

async function find(tags: ApplianceTags): Promise<ApplianceSighting | undefined> {
  const found = (await appliances()).find((each) => isSame(each, tags));
  return found && sighting(found);
}

interface RunningAppliance extends ApplianceTags {
  readonly entry: ProcessEntry;
}

const installationFlag = '--installation=';
const workerFlag = '--worker=';

async function appliances(): Promise<readonly RunningAppliance[]> {
  const running: RunningAppliance[] = [];
  for (const entry of await readProcessTable()) {
    const installationId = flagValue(entry, installationFlag);
    const workerId = flagValue(entry, workerFlag);
    if (installationId && workerId) running.push({ installationId, workerId, entry });
  }
  return running;
}

function flagValue(entry: ProcessEntry, flag: string): string | undefined {
  return entry.arguments.find((each) => each.startsWith(flag))?.slice(flag.length);
}

const isOf = (installationId: string) => (each: ApplianceTags) =>
  each.installationId === installationId;

function isSame(a: ApplianceTags, b: ApplianceTags): boolean {
  return a.installationId === b.installationId && a.workerId === b.workerId;
}

function sighting({ installationId, workerId, entry }: RunningAppliance): ApplianceSighting {
  return { installationId, workerId, handle: `process ${entry.pid}`, state: 'running' };
}

interface Started {
  /** Resolves when the process has ended and its join string is removed. */
  readonly gone: Promise<void>;
}

async function start(options: ProcessLauncherOptions, intent: LaunchIntent): Promise<Started> {
  const { installationId, workerId } = intent;
  const { joinString, lifeMs } = JSON.parse(intent.request) as ProcessRequest;
  const joinFile = joinFileOf(options, intent);
  await mkdir(options.folder, { recursive: true, mode: 0o700 });
  await writeFile(joinFile, joinString, { mode: 0o600 });
  const tags = [`${installationFlag}${installationId}`, `${workerFlag}${workerId}`];
  const child = spawn(process.execPath, [...dataMover.nodeFlags, options.program, ...tags], {
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true,
    env: {
      ...dataMover.environment,
      ...options.environment,
      FIRN_JOIN_FILE: joinFile,
      FIRN_LIFETIME_MAX_MS: String(lifeMs),
    },
  });
  const gone = removeAfter(child, { joinFile, workerId, logger: options.logger });
  await started(child);
  child.unref();
  return { gone };
}

function nameOf({ installationId, workerId }: ApplianceTags): string {
  return `${installationId}.${workerId}`;
}

function joinFileOf({ folder }: ProcessLauncherOptions, tags: ApplianceTags): string {
  return join(folder, `${nameOf(tags)}.join`);
}

interface JoinFile {
  readonly joinFile: string;
  readonly workerId: string;
  readonly logger: Logger;
}

function removeAfter(child: ChildProcess, { joinFile, workerId, logger }: JoinFile): Promise<void> {
  const { promise: gone, resolve } = Promise.withResolvers<void>();
  child.once('exit', (code, signalName) => {
    logger.info('appliance.exited', { workerId, pid: child.pid, code, signal: signalName });
    rm(joinFile, { force: true }).then(resolve, (error: unknown) => {
      logger.warn('appliance.join_file_left', { workerId, error });
      resolve();
    });
  });
  return gone;
}

async function started(child: ChildProcess): Promise<void> {
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
}

async function endProcess(entry: ProcessEntry, clock: Clock): Promise<void> {
  signal(entry.pid, 'SIGTERM');
  for (let waitedMs = 0; waitedMs < termMs; waitedMs += 100) {
    await clock.sleep(100);
    if (!(await isAlive(entry))) return;
  }
  signal(entry.pid, 'SIGKILL');
}

function signal(pid: number, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    const isGone = error instanceof Error && 'code' in error && error.code === 'ESRCH';
    if (!isGone) throw error;
  }
}
