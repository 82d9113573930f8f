// `npm run bench:archive`: copies in archive storage, what they take and cost. docs/archive-benchmarks.md is its output.
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { parseArgs, promisify } from 'node:util';
import { describeMachine } from '../engine/report.ts';
import { clouds } from './cloud/clouds.ts';
import { markdown } from './report.ts';
import { type ArchiveResult, runArchive } from './run.ts';

const help = `npm run bench:archive -- [options]

  --provider NAME    s3, azure or both: one after the other (default both)
  --scale X          of the sizes of 50 mailboxes (50 MB to 5 GB) and 20 drives (default 0.05)
  --pack-size-mib N  of archive packs (default 64)
  --months N         of growth by 3 % a month, copied each month (default 3)
  --json FILE        write {machine, versions, rows}
  --write-docs       write docs/archive-benchmarks.md
`;

const { values } = parseArgs({
  options: {
    provider: { type: 'string', default: 'both' },
    scale: { type: 'string', default: '0.05' },
    'pack-size-mib': { type: 'string', default: '64' },
    months: { type: 'string', default: '3' },
    json: { type: 'string' },
    'write-docs': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

async function main(): Promise<void> {
  if (values.help) return void process.stdout.write(help);
  const { provider } = values;
  const starts = Object.hasOwn(clouds, provider) ? clouds[provider] : undefined;
  if (starts === undefined) {
    process.stderr.write(`--provider is one of ${Object.keys(clouds).join(', ')}\n`);
    process.exitCode = 2;
    return;
  }
  const asked = {
    scale: Number(values.scale),
    packBytes: Number(values['pack-size-mib']) * 2 ** 20,
    months: Number(values.months),
  };
  const onStep = (step: string) => console.log(`${new Date().toISOString().slice(11, 19)} ${step}`);
  const results: ArchiveResult[] = [];
  for (const start of starts) results.push(await runArchive(start, asked, onStep));
  const { stdout } = await promisify(execFile)('git', ['rev-parse', '--short', 'HEAD']).catch(
    () => ({ stdout: '' }),
  );
  const report = {
    machine: describeMachine(),
    versions: { firn: stdout.trim() },
    rows: results.flatMap(({ rows }) => rows),
  };
  const text = markdown(report, results, { ...asked, provider });
  process.stdout.write(text);
  if (values.json !== undefined) await writeFile(values.json, JSON.stringify(report, null, 2));
  if (values['write-docs']) await writeFile('docs/archive-benchmarks.md', text);
}

await main();
