// `npm run bench:memory`: memory while many small items are written, changed and listed, and
// that of the index of shared contents. Packs are discarded; everything else lies in a
// temporary folder: about 3 GB for 10 million items, 2 GB for 10 million contents.
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { dataMover } from '@firn/shared/services/data-mover';
import { describeMachine } from '../engine/report.ts';

const help = `npm run bench:memory -- [options]

  --case NAME   items or chunks (default both)
  --objects N   mailboxes (default 100)
  --items N     items of each, of 1 KiB (default 100000)
  --chunks N    contents in the index (default 10000000)
  --json FILE   write {machine, versions, rows}
`;

const { values } = parseArgs({
  options: {
    case: { type: 'string', multiple: true, default: ['items', 'chunks'] },
    objects: { type: 'string', default: '100' },
    items: { type: 'string', default: '100000' },
    chunks: { type: 'string', default: '10000000' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

/** What each case is told, behind the folder that it may use. */
const cases: Readonly<Record<string, readonly string[]>> = {
  items: ['measure-items.ts', values.objects, values.items],
  chunks: ['measure-chunks.ts', values.chunks],
};

function unitOf(metric: string): string {
  if (metric.endsWith('.rate')) return '1/s';
  return metric.endsWith('.steps') ? 'count' : 'bytes';
}

function shown(metric: string, value: number): string {
  const unit = unitOf(metric);
  return unit === 'bytes' ? `${(value / 1024 ** 2).toFixed(0)} MiB` : `${value.toFixed(0)} ${unit}`;
}

/** In a process of its own, set as the programs that move content are. */
async function run([script = '', ...args]: readonly string[], folder: string) {
  const path = join(import.meta.dirname, script);
  const env = { ...process.env, ...dataMover.environment };
  const child = spawn(process.execPath, [...dataMover.nodeFlags, path, folder, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`the measured process ended with ${code}`);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, number>;
}

async function measured(name: string) {
  const script = cases[name];
  if (script === undefined) throw new Error(`there is no case ${name}\n\n${help}`);
  const folder = await mkdtemp(join(tmpdir(), 'firn-memory-'));
  try {
    return Object.entries(await run(script, folder)).map(([metric, value]) => {
      console.log(`${name} ${metric}: ${shown(metric, value)}`);
      return { case: name, subject: 'firn', metric, unit: unitOf(metric), value };
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  if (values.help) return void process.stdout.write(help);
  const rows = [];
  for (const name of values.case) rows.push(...(await measured(name)));
  const report = { machine: describeMachine(), versions: { node: process.version }, rows };
  if (values.json !== undefined) await writeFile(values.json, JSON.stringify(report, null, 2));
}

await main();
