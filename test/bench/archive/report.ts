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
export function markdown({ machine, versions, rows }: ArchiveReport, asked: ArchiveAsked): string {
  const { scale, packBytes, months } = asked;
  const lines = [
    '# Benchmarks of copies in archive storage',
    '',
    `Made by \`npm run bench:archive -- --scale ${scale} --pack-size-mib ${packBytes / 2 ** 20} --months ${months}\` on ${machine}, one run.`,
    '50 mailboxes (log-normal, 50 MB to 5 GB) and 20 drives, their sizes times the scale, lie in a repository of the',
    '[simulated S3](simulator-s3.md), and are copied to DEEP_ARCHIVE in another one. What objects of their own and blobs of 5 MB would cost',
    'is computed from the same table of prices; what Firn costs is what the storage bills.',
    '',
    ...Object.entries(versions).map(([name, version]) => `- ${name}: ${version}`),
    '',
    '| case | subject | metric | value |',
    '|---|---|---|---:|',
    ...rows.map((row) => `| ${row.case} | ${row.subject} | ${row.metric} | ${shown(row)} |`),
  ];
  return `${lines.join('\n')}\n`;
}

function shown({ unit, value }: ArchiveRow): string {
  if (unit === 's') return `${value.toFixed(1)} s`;
  if (unit === 'bytes') return `${(value / 2 ** 20).toFixed(1)} MiB`;
  if (unit === 'dollars') return `$${value.toFixed(2)}`;
  if (unit === 'ratio') return value.toFixed(4);
  return Number.isInteger(value) ? String(value) : value.toFixed(2);
}
