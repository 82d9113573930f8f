// `npm run bench:engine`: Firn's engine beside restic and borg. docs/benchmarks.md is its output.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Row, runCase } from './cases.ts';
import type { Dataset } from './datasets/dataset.ts';
import { imagesDataset } from './datasets/images.ts';
import { mailDataset } from './datasets/mail.ts';
import { treeDataset } from './datasets/tree.ts';
import { describeMachine, markdown, medians, type Report } from './report.ts';
import { borgSubject } from './subjects/borg.ts';
import { firnSubject } from './subjects/firn.ts';
import { resticSubject } from './subjects/restic.ts';
import type { Subject } from './subjects/subject.ts';

const help = `npm run bench:engine -- [options]

  --case NAME        mail, tree or images; may be repeated (default: all)
  --subject NAME     firn, restic or borg; may be repeated (default: all that are installed)
  --peer NAME=PATH   another restic or borg: restic-0.19=/path/to/restic; may be repeated
  --runs N           medians of N runs (default 3)
  --scale X          multiplies the number of mails and files, and the size of images (default 1)
  --folder DIR       where files and repositories are made (default /dev/shm)
  --json FILE        write {machine, versions, rows}
  --write-docs       write docs/benchmarks.md
`;

const { values } = parseArgs({
  options: {
    case: { type: 'string', multiple: true },
    subject: { type: 'string', multiple: true },
    peer: { type: 'string', multiple: true, default: [] },
    runs: { type: 'string', default: '3' },
    scale: { type: 'string', default: '1' },
    folder: { type: 'string', default: '/dev/shm' },
    json: { type: 'string' },
    'write-docs': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

function datasets(scale: number): readonly Dataset[] {
  const all = [
    mailDataset(Math.round(50_000 * scale)),
    treeDataset(Math.round(100_000 * scale), [join(process.cwd(), 'node_modules')]),
    imagesDataset(Math.round(500_000_000 * scale)),
  ];
  return all.filter(({ name }) => values.case?.includes(name) ?? true);
}

function peerSubject(text: string): Subject {
  const [name = '', path = ''] = text.split('=');
  return name.startsWith('borg') ? borgSubject(path, name) : resticSubject(path, name);
}

/** Those that are installed, with their versions. */
async function installed(): Promise<ReadonlyMap<Subject, string>> {
  const all = [firnSubject, resticSubject(), borgSubject(), ...values.peer.map(peerSubject)];
  const found = new Map<Subject, string>();
  for (const subject of all) {
    if (!(values.subject?.includes(subject.name) ?? true)) continue;
    const version = await subject.version().catch(() => undefined);
    if (version === undefined) console.log(`${subject.name} is not installed: left out`);
    else found.set(subject, version);
  }
  return found;
}

async function main(): Promise<void> {
  if (values.help) return void process.stdout.write(help);
  const subjects = await installed();
  const runs: Row[][] = [];
  for (let run = 1; run <= Number(values.runs); run += 1) {
    for (const dataset of datasets(Number(values.scale))) {
      const folder = await mkdtemp(join(values.folder, 'firn-bench-'));
      const onStep = (step: string) => console.log(`run ${run}: ${step}`);
      try {
        runs.push(await runCase({ folder, dataset, subjects: [...subjects.keys()], onStep }));
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    }
  }
  const versions = Object.fromEntries([...subjects].map(([{ name }, version]) => [name, version]));
  const report: Report = { machine: describeMachine(), versions, rows: medians(runs) };
  const text = markdown(report, Number(values.runs));
  process.stdout.write(text);
  if (values.json !== undefined) await writeFile(values.json, JSON.stringify(report, null, 2));
  if (values['write-docs']) await writeFile('docs/benchmarks.md', text);
}

await main();
