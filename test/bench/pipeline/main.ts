// `npm run bench:pipeline`: how fast the engine takes contents, into a storage that discards them.
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { defaultThreads } from '@firn/shared/compute/pool/compute-pool';
import { dataMover } from '@firn/shared/services/data-mover';
import { describeMachine } from '../engine/report.ts';

const help = `npm run bench:pipeline -- [options]

  --case NAME     mail or image; may be repeated (default: both)
  --threads N     threads that compress and seal; 0: the calling thread (default: as the agent)
  --bytes N       bytes of each case (default 500000000)
  --runs N        medians of N runs (default 3)
  --json FILE     write {machine, versions, rows}
`;

const { values } = parseArgs({
  options: {
    case: { type: 'string', multiple: true, default: ['mail', 'image'] },
    threads: { type: 'string', default: String(defaultThreads()) },
    bytes: { type: 'string', default: '500000000' },
    runs: { type: 'string', default: '3' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

interface Result {
  readonly bytesPerSecond: number;
  readonly rssBytes: number;
  /** Of the bytes given. */
  readonly stored: number;
}

async function run(name: string): Promise<Result> {
  const script = join(import.meta.dirname, 'run.ts');
  const args = [...dataMover.nodeFlags, script, name, values.bytes, values.threads];
  const env = { ...process.env, ...dataMover.environment };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`the case ${name} ended with ${code}`);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as Result;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

function rowsOf(name: string, results: readonly Result[]) {
  const row = (metric: keyof Result, unit: string) => {
    const value = median(results.map((result) => result[metric]));
    return { case: name, subject: 'firn', metric, unit, value };
  };
  return [row('bytesPerSecond', 'bytes/s'), row('rssBytes', 'bytes'), row('stored', 'ratio')];
}

async function main(): Promise<void> {
  if (values.help) return void process.stdout.write(help);
  const rows = [];
  for (const name of values.case) {
    const results: Result[] = [];
    for (let n = 0; n < Number(values.runs); n += 1) results.push(await run(name));
    const measured = rowsOf(name, results);
    const [speed, rss, stored] = measured.map(({ value }) => value);
    const megabytes = ((speed ?? 0) / 1e6).toFixed(0);
    const mebibytes = ((rss ?? 0) / 1024 ** 2).toFixed(0);
    const percent = ((stored ?? 0) * 100).toFixed(0);
    console.log(`${name}: ${megabytes} MB/s, ${mebibytes} MiB resident, ${percent} % stored`);
    rows.push(...measured);
  }
  const report = { machine: describeMachine(), versions: { node: process.version }, rows };
  if (values.json !== undefined) await writeFile(values.json, JSON.stringify(report, null, 2));
}

await main();
