import { cpus, totalmem } from 'node:os';
import type { Row } from './cases.ts';

export interface Report {
  readonly machine: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly rows: readonly Row[];
}

export function describeMachine(): string {
  const [cpu] = cpus();
  const memoryGiB = Math.round(totalmem() / 1024 ** 3);
  return `${cpus().length} cores of ${cpu?.model ?? 'unknown'}, ${memoryGiB} GiB, Node ${process.version}`;
}

/** One row per case, subject and metric: the median of the runs. */
export function medians(runs: readonly (readonly Row[])[]): Row[] {
  const groups = new Map<string, Row[]>();
  for (const row of runs.flat()) {
    const key = `${row.case} ${row.subject} ${row.metric}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].flatMap((rows) => {
    const sorted = rows.toSorted((a, b) => a.value - b.value);
    return sorted.slice(Math.floor(sorted.length / 2), Math.floor(sorted.length / 2) + 1);
  });
}

/** docs/benchmarks.md. */
export function markdown({ machine, versions, rows }: Report, runs: number): string {
  const subjects = [...new Set(rows.map(({ subject }) => subject))];
  const cases = [...new Set(rows.map((row) => row.case))];
  const lines = [
    '# Benchmarks',
    '',
    `Made by \`npm run bench:engine\`: ${runs === 1 ? 'one run' : `medians of ${runs} runs`} on ${machine}.`,
    'Files and repositories lie on a memory file system. Restored files are compared byte by byte. `check` reads and verifies',
    'all data (`restic check --read-data`, `borg check --verify-data`). `wall` is elapsed time, `cpu` that of all processors,',
    'which differs less from run to run. The goals, and why some are missed: [engine-speed.md](engine-speed.md).',
    '',
    ...Object.entries(versions).map(([name, version]) => `- ${name}: ${version}`),
  ];
  for (const name of cases) {
    const metrics = [...new Set(rows.filter((row) => row.case === name).map((row) => row.metric))];
    lines.push(
      '',
      `## ${name}`,
      '',
      `| metric | ${subjects.join(' | ')} | firn : ${subjects[1] ?? ''} |`,
    );
    lines.push(`|---|${subjects.map(() => '---:').join('|')}|---:|`);
    for (const metric of metrics) {
      const found = subjects.map((subject) =>
        rows.find((row) => row.case === name && row.subject === subject && row.metric === metric),
      );
      const [own, peer] = found;
      const ratio = own && peer ? (own.value / peer.value).toFixed(2) : '';
      lines.push(`| ${metric} | ${found.map(shown).join(' | ')} | ${ratio} |`);
    }
  }
  return `${lines.join('\n')}\n`;
}

function shown(row: Row | undefined): string {
  if (row === undefined) return '';
  if (row.unit === 's') return `${row.value.toFixed(1)} s`;
  return `${(row.value / 1024 ** 2).toFixed(0)} MiB`;
}
