import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { compareFolders } from './compare-folders.ts';
import type { Dataset } from './datasets/dataset.ts';
import type { Run } from './measure.ts';
import type { Subject } from './subjects/subject.ts';

export interface Row {
  readonly case: string;
  readonly subject: string;
  readonly metric: string;
  readonly unit: 's' | 'bytes';
  readonly value: number;
}

export interface CaseOptions {
  /** A folder of its own, on a memory file system. */
  readonly folder: string;
  readonly dataset: Dataset;
  readonly subjects: readonly Subject[];
  readonly onStep: (step: string) => void;
}

/** Every subject once over a dataset: the same files, one subject after the other. */
export async function runCase({ folder, dataset, subjects, onStep }: CaseOptions): Promise<Row[]> {
  const source = join(folder, 'source');
  const rows: Row[] = [];
  await mkdir(source, { recursive: true });
  onStep(`${dataset.name}: making the files`);
  await dataset.create(source);
  const runs = subjects.map((subject) => ({
    subject,
    repository: join(folder, subject.name),
    rssBytes: 0,
  }));
  const note = (run: (typeof runs)[number], step: string, measured: Run) => {
    const { seconds, cpuSeconds, rssBytes } = measured;
    run.rssBytes = Math.max(run.rssBytes, rssBytes);
    const row = { case: dataset.name, subject: run.subject.name, unit: 's' } as const;
    rows.push({ ...row, metric: `${step}.wall`, value: seconds });
    rows.push({ ...row, metric: `${step}.cpu`, value: cpuSeconds });
    const told = `${seconds.toFixed(1)} s, processors ${cpuSeconds.toFixed(1)} s`;
    onStep(`${dataset.name} ${run.subject.name} ${step}: ${told}`);
  };
  for (const run of runs) {
    const { subject, repository } = run;
    await mkdir(repository, { recursive: true });
    await subject.initialize(repository);
    note(run, 'first', await subject.backup(repository, { source }));
    const value = await sizeOf(repository);
    rows.push({
      ...{ case: dataset.name, subject: subject.name, metric: 'stored', unit: 'bytes', value },
    });
    const changed = dataset.name === 'mail' ? [] : undefined;
    note(run, 'unchanged', await subject.backup(repository, { source, changed }));
  }
  const changed = await dataset.change(source);
  for (const run of runs) {
    const { subject, repository } = run;
    note(run, 'changed', await subject.backup(repository, { source, changed }));
    note(run, 'check', await subject.check(repository));
    const target = join(folder, `${subject.name}-restored`);
    await mkdir(target);
    note(run, 'restore', await subject.restore(repository, target));
    await compareFolders(source, target);
    await rm(target, { recursive: true });
    const { rssBytes } = run;
    rows.push({
      ...{
        case: dataset.name,
        subject: subject.name,
        metric: 'rss',
        unit: 'bytes',
        value: rssBytes,
      },
    });
    await rm(repository, { recursive: true });
  }
  await rm(folder, { recursive: true });
  return rows;
}

async function sizeOf(folder: string): Promise<number> {
  let size = 0;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    size += entry.isDirectory() ? await sizeOf(path) : (await stat(path)).size;
  }
  return size;
}
