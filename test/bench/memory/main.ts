// `npm run bench:memory`: memory while many small items are written and listed. Packs are
// discarded; everything else lies in a temporary folder.
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { dataMover } from '@firn/shared/services/data-mover';
import { describeMachine } from '../engine/report.ts';

const help = `npm run bench:memory -- [options]

  --objects N   mailboxes (default 100)
  --items N     items of each, of 1 KiB (default 100000)
  --json FILE   write {machine, versions, rows}
`;

const { values } = parseArgs({
  options: {
    objects: { type: 'string', default: '100' },
    items: { type: 'string', default: '100000' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const units: Readonly<Record<string, string>> = {
  items: 'items',
  writeItemsPerSecond: 'items/s',
  listItemsPerSecond: 'items/s',
};

async function run(folder: string): Promise<Readonly<Record<string, number>>> {
  const script = join(import.meta.dirname, 'run.ts');
  const args = [...dataMover.nodeFlags, script, folder, values.objects, values.items];
  const env = { ...process.env, ...dataMover.environment };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`the measured process ended with ${code}`);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, number>;
}

async function main(): Promise<void> {
  if (values.help) return void process.stdout.write(help);
  const folder = await mkdtemp(join(tmpdir(), 'firn-memory-'));
  try {
    const measured = await run(folder);
    const rows = Object.entries(measured).map(([metric, value]) => {
      const unit = units[metric] ?? 'bytes';
      const shown = unit === 'bytes' ? `${(value / 1024 ** 2).toFixed(0)} MiB` : value.toFixed(0);
      console.log(`${metric}: ${shown}${unit === 'items/s' ? ' items/s' : ''}`);
      return { case: 'small items', subject: 'firn', metric, unit, value };
    });
    const report = { machine: describeMachine(), versions: { node: process.version }, rows };
    if (values.json !== undefined) await writeFile(values.json, JSON.stringify(report, null, 2));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

await main();
