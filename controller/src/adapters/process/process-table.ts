import { readdir, readFile } from 'node:fs/promises';

/** A process that cannot be taken for a later one with the same id. */
export interface ProcessEntry {
  readonly pid: number;
  /** Ticks after boot. */
  readonly startTime: string;
  readonly arguments: readonly string[];
}

/** All processes of this machine that are alive, from /proc. */
export async function readProcessTable(): Promise<readonly ProcessEntry[]> {
  const names = await readdir('/proc').catch(() => []);
  const pids = names.filter((name) => /^\d+$/.test(name)).map(Number);
  const entries = await Promise.all(pids.map(readEntry));
  return entries.filter((entry) => entry !== undefined);
}

async function readEntry(pid: number): Promise<ProcessEntry | undefined> {
  const startTime = await startTimeOf(pid);
  const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  if (startTime === undefined || line === '') return undefined;
  return { pid, startTime, arguments: line.split('\0') };
}

export async function isAlive({ pid, startTime }: ProcessEntry): Promise<boolean> {
  return (await startTimeOf(pid)) === startTime;
}

/** Field 22 of /proc/<pid>/stat; undefined: no such process, or a dead one. */
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
