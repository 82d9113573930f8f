import type { Retention, RetentionResult } from '@firn/shared/rest/schemas/retention';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { formatBytes, formatCounted } from '../output/quantity.ts';
import { positiveInteger, type Runner } from './resource.ts';
import { detachOption, finishWork, idempotencyKey } from './work.ts';

type Period = NonNullable<Retention['keepFor']>;

export interface RetentionOptions {
  readonly retentionType?: Retention['type'];
  readonly keepFor?: Period;
  readonly keepLast?: number;
}

const unitsByLetter: Readonly<Record<string, Period['unit']>> = {
  d: 'days',
  w: 'weeks',
  m: 'months',
  y: 'years',
};

/** `30d`, `8w`, `6m`, `3y` */
function period(text: string): Period {
  const [, digits, letter = ''] = /^([1-9]\d{0,4})([dwmy])$/.exec(text) ?? [];
  const unit = unitsByLetter[letter];
  if (digits === undefined || unit === undefined) {
    throw new InvalidArgumentError('give a number and d, w, m or y: 30d, 8w, 6m, 3y.');
  }
  return { count: Number(digits), unit };
}

export function addRetentionOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--retention-type <type>',
        'what ages: restore points, or items by their date',
      ).choices(['snapshot', 'item']),
    )
    .option('--keep-for <period>', 'how long: 30d, 8w, 6m, 3y', period)
    .option('--keep-last <n>', 'as many newest restore points stay, however old', positiveInteger);
}

/** Undefined: none of the options was given. */
export function retentionOf(options: RetentionOptions): Retention | undefined {
  const { retentionType, keepFor, keepLast } = options;
  if (retentionType === undefined && keepFor === undefined && keepLast === undefined) {
    return undefined;
  }
  return {
    type: retentionType ?? 'snapshot',
    ...(keepFor === undefined ? {} : { keepFor }),
    ...(keepLast === undefined ? {} : { keepLast }),
  };
}

/** Ends a command that was given no option of what it changes. */
export function nothingToChange(command: Command, orWhat = ''): never {
  command.error(`error: nothing to change: say how long with --keep-for or --keep-last${orWhat}`);
}

/** `snapshot, 3 years or the newest 5` */
export function describeRetention({ type, keepFor, keepLast }: Retention): string {
  const rules = [
    ...(keepFor === undefined ? [] : [`${keepFor.count} ${keepFor.unit}`]),
    ...(keepLast === undefined ? [] : [`the newest ${keepLast}`]),
  ];
  return `${type}, ${rules.length === 0 ? 'for ever' : rules.join(' or ')}`;
}

export function addRetentionCommands(repository: Command, run: Runner): void {
  addRetentionOptions(
    repository.command('update <id-or-name>').description('change how long backups stay'),
  ).action((idOrName: string, options: RetentionOptions, command: Command) =>
    run(command, async ({ client, terminal }) => {
      const updated = await client.call('updateRepository', {
        params: { repository: idOrName },
        body: { retention: retentionOf(options) ?? nothingToChange(command) },
      });
      terminal.result(updated, `${updated.name}: ${describeRetention(updated.retention)}`);
    }),
  );
  repository
    .command('retention <id-or-name>')
    .description('expire restore points, delete what none needs, regroup wasteful packs')
    .option('--dry-run', 'say what would go and what that frees; change nothing')
    .option(...detachOption)
    .action((idOrName: string, options: { dryRun?: boolean; detach?: boolean }, command: Command) =>
      run(command, async (context) => {
        const session = await context.client.call('runRetention', {
          params: { repository: idOrName },
          body: { dryRun: options.dryRun === true },
          idempotencyKey: idempotencyKey(),
        });
        const ended = await finishWork(context, session, options);
        if (ended.retention === undefined) return;
        for (const line of describeResult(ended.retention)) context.terminal.note(line);
      }),
    );
}

/** Lines for people; --json has all of it. */
export function describeResult(result: RetentionResult): string[] {
  const { dryRun, points, pointsExpired, condemned, deleted, kept } = result;
  const lines = points.map(
    ({ restorePointId, jobId, at, reason }) => `${at} ${restorePointId} of job ${jobId}: ${reason}`,
  );
  lines.push(`restore points that ${dryRun ? 'would expire' : 'expired'}: ${pointsExpired}`);
  const groups = [
    [dryRun ? 'would be freed' : 'no longer needed', condemned],
    ['deleted', deleted],
    ['locked by the storage, or paid for until later', kept],
  ] as const;
  for (const [what, totals] of groups) {
    for (const { storageClass, packs, bytes, deletableAt } of totals) {
      const when = deletableAt === undefined ? '' : `, from ${deletableAt} on`;
      lines.push(
        `${what}: ${formatBytes(bytes)} in ${formatCounted(packs, 'pack')}, ${storageClass}${when}`,
      );
    }
  }
  if (result.consolidatedPacks > 0) lines.push(describeConsolidation(result));
  if (result.sealedPacks > 0) {
    const sealed = formatCounted(result.sealedPacks, 'pack');
    lines.push(`sealed: ${sealed} (${formatBytes(result.sealedBytes)})`);
  }
  if (result.tailBytes > 0) lines.push(`in hot tails: ${formatBytes(result.tailBytes)}`);
  if (result.uploadsAborted > 0) lines.push(`unfinished uploads ended: ${result.uploadsAborted}`);
  return lines;
}

/** What is written again is freed later, by the run after the next. */
function describeConsolidation(result: RetentionResult): string {
  const { dryRun, consolidatedPacks, consolidatedBytes, writtenPacks, writtenBytes } = result;
  const before = `${formatCounted(consolidatedPacks, 'pack')} (${formatBytes(consolidatedBytes)})`;
  const freed = formatBytes(Math.max(0, consolidatedBytes - writtenBytes));
  return dryRun
    ? `would be consolidated: ${before}, of which ${formatBytes(writtenBytes)} are written again; frees about ${freed}`
    : `consolidated: ${before} into ${writtenPacks} (${formatBytes(writtenBytes)}); frees ${freed}`;
}
