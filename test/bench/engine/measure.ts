import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Run {
  readonly seconds: number;
  /** Of all processors, until about the last 20 ms. */
  readonly cpuSeconds: number;
  /** Highest resident memory of the process, bytes. */
  readonly rssBytes: number;
  readonly output: string;
}

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const lookMs = 20;

/** Runs a program to its end. An exit code other than 0 is an error with what it said. */
export async function measured({ program, args, cwd, env }: Command): Promise<Run> {
  const begun = performance.now();
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd !== undefined && { cwd }),
  });
  let rssBytes = 0;
  let cpuSeconds = 0;
  const look = () => {
    rssBytes = Math.max(rssBytes, peakRssBytes(child.pid));
    cpuSeconds = Math.max(cpuSeconds, cpuSecondsOf(child.pid));
  };
  const looking = setInterval(look, lookMs);
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  }
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    const output = Buffer.concat(chunks).toString('utf8');
    if (code !== 0) throw new Error(`${program} ${args[0]} ended with ${code}:\n${output}`);
    return { seconds: (performance.now() - begun) / 1_000, cpuSeconds, rssBytes, output };
  } finally {
    clearInterval(looking);
  }
}

/** [proc(5): utime and stime of /proc/pid/stat, in 1/100 s]; 0 once the process is gone. */
function cpuSecondsOf(pid: number | undefined): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field, in parentheses, is a name that may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return 0;
  }
}

/** [proc(5): VmHWM]; 0 once the process is gone. */
function peakRssBytes(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1_024;
  } catch {
    return 0;
  }
}
