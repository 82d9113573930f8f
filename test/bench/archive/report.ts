import type { ArchiveResult } from './run.ts';

export interface ArchiveRow {
  readonly case: string;
  readonly subject: string;
  readonly metric: string;
  readonly unit: 's' | 'bytes' | 'ratio' | 'packs' | 'requests' | 'dollars';
  readonly value: number;
}

export interface ArchiveReport {
  readonly machine: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly rows: readonly ArchiveRow[];
}

export interface ArchiveAsked {
  readonly scale: number;
  readonly packBytes: number;
  readonly months: number;
}

/** docs/archive-benchmarks.md. */
export function markdown(
  { machine, versions }: Omit<ArchiveReport, 'rows'>,
  results: readonly ArchiveResult[],
  { provider, scale, packBytes, months }: ArchiveAsked & { readonly provider: string },
): string {
  const options = `--provider ${provider} --scale ${scale} --pack-size-mib ${packBytes / 2 ** 20} --months ${months}`;
  const lines = [
    '# Benchmarks of copies in archive storage',
    '',
    `Made by \`npm run bench:archive -- ${options}\` on ${machine}, one run.`,
    '50 mailboxes (log-normal, 50 MB to 5 GB) and 20 drives, their sizes times the scale, lie in a repository and are copied to the',
    'archive of another one in the same storage: Glacier Deep Archive of the [simulated S3](simulator-s3.md), the archive tier of the',
    '[front of Azurite](simulator-azure.md). Neither is the real storage: compare speeds with those of `plain`, the same client that',
    'reads and writes the same bytes.',
    '',
    '- What Firn costs is what the storage bills for requests, and the bytes for 36 months; `metadata` (catalogs, indexes), which others need as',
    '  well, lies in the hot class. What objects of their own and blobs of 5 MB would cost is computed from the same prices.',
    '- `said` is the price that Firn tells before, `billed` what the storage bills after: of retrievals that begin at 2:00, 8:00, 14:00 and 20:00, the',
    '  one that is furthest off.',
    ...Object.entries(versions).map(([name, version]) => `- ${name}: ${version}`),
    ...results.flatMap(({ title, rows }) => ['', `## ${title}`, '', ...tableOf(rows)]),
  ];
  return `${lines.join('\n')}\n`;
}

function tableOf(rows: readonly ArchiveRow[]): string[] {
  return [
    '| case | subject | metric | value |',
    '|---|---|---|---:|',
    ...rows.map((row) => `| ${row.case} | ${row.subject} | ${row.metric} | ${shown(row)} |`),
  ];
}

function shown({ unit, value }: ArchiveRow): string {
  if (unit === 's') return `${value.toFixed(1)} s`;
  if (unit === 'bytes') return `${(value / 2 ** 20).toFixed(1)} MiB`;
  if (unit === 'dollars') return `$${value < 1 ? value.toPrecision(3) : value.toFixed(2)}`;
  if (unit === 'ratio') return value.toFixed(4);
  return Number.isInteger(value) ? String(value) : value.toFixed(2);
}
