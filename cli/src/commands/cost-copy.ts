import { AppError, isAppError } from '@firn/shared/errors/app-error';
import { costOfReading } from '@firn/shared/prices/costs';
import type { PriceTable } from '@firn/shared/prices/price-table';
import type { Job } from '@firn/shared/rest/schemas/job';
import type { ObjectStorage } from '@firn/shared/rest/schemas/object-storage';
import type { RetentionResult } from '@firn/shared/rest/schemas/retention';
import { systemClock } from '@firn/shared/time/system-clock';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { costInPacks, type PackCost } from '../cost/pack-cost.ts';
import {
  amountText,
  originOf,
  originText,
  type PriceOptions,
  tableOfStorage,
} from '../cost/price-choice.ts';
import { formatBytes, formatCounted } from '../output/quantity.ts';
import { renderTable } from '../output/table.ts';
import { pricing } from './cost-stored.ts';
import { foresee, storageOf } from './foresee.ts';
import { positiveInteger, type Runner } from './resource.ts';

interface CopyCostOptions extends PriceOptions {
  readonly job: string;
  readonly repository: string;
  readonly packSizeMib?: number;
  readonly months: number;
}

/** `firn cost copy`: a first copy of what a job's newest restore point shows. */
export function addCopyCost(cost: Command, run: Runner): void {
  pricing(cost.command('copy'))
    .description("what a first copy of a backup job's newest restore point would cost")
    .requiredOption('--job <id-or-name>', 'the backup job')
    .requiredOption('--repository <id-or-name>', 'where the copy would lie')
    .option(
      '--pack-size-mib <n>',
      'size of packs; default: 128 on Azure, else 256',
      positiveInteger,
    )
    .action((options: CopyCostOptions, command: Command) =>
      run(command, (context) => tellCopyCost(context, options)),
    );
}

async function tellCopyCost(context: Context, options: CopyCostOptions): Promise<void> {
  const { client, terminal } = context;
  const { months } = options;
  const job = await client.call('getJob', { params: { job: options.job } });
  const target = await storageOf(context, options.repository);
  const table = tableOfStorage(options, target);
  const source = await storageOf(context, job.repositoryId);
  const foreseen = await foresee(context, job.repositoryId);
  if (foreseen === undefined) return;
  const { storageClass } = target;
  const bytes = newestBytes(foreseen, job);
  const packSizeMib = options.packSizeMib ?? packSizeMibOf(target);
  const nowMs = systemClock.now();
  const packed = costInPacks(table, storageClass, { bytes, months, nowMs, packSizeMib });
  const read = readingOf(options, { source, table, bytes });
  const copy = { bytes, months, ...packed, ...(read !== undefined && { read }) };
  const size = `${formatBytes(bytes)} in about ${formatCounted(packed.packs, 'pack')}`;
  terminal.result(
    { prices: originOf(table), storageClass, ...copy },
    [`${size} of ${storageClass}`, copyText(copy, table), originText(table)].join('\n\n'),
  );
}

/** As copy jobs have it, unless somebody says otherwise. */
function packSizeMibOf({ provider }: ObjectStorage): number {
  return provider === 'azure-blob' ? 128 : 256;
}

function newestBytes({ newest = [] }: RetentionResult, { id, name }: Job): number {
  const found = newest.find(({ jobId }) => jobId === id);
  if (found !== undefined) return found.bytes;
  throw new AppError('E_POINT_NOT_FOUND', `backup job "${name}" has no restore point yet`);
}

/** Of a read of the source. */
const rangeBytes = 8 << 20;

interface Reading {
  readonly source: ObjectStorage;
  /** Of the target. */
  readonly table: PriceTable;
  readonly bytes: number;
}

/** Undefined: nobody knows prices of the source in the currency of the target. */
function readingOf(
  { prices }: PriceOptions,
  { source, table, bytes }: Reading,
): number | undefined {
  const ofSource = tableIfKnown(prices === undefined ? {} : { prices }, source);
  if (ofSource?.currency !== table.currency) return undefined;
  const reads = Math.ceil(bytes / rangeBytes);
  return costOfReading(ofSource, source.storageClass, { reads, bytes }).total;
}

function tableIfKnown(options: PriceOptions, storage: ObjectStorage): PriceTable | undefined {
  try {
    return tableOfStorage(options, storage);
  } catch (error) {
    if (isAppError(error, 'E_CONFIG_INVALID')) return undefined;
    throw error;
  }
}

type CopyCost = PackCost & { readonly months: number; readonly read?: number };

function copyText(copy: CopyCost, { currency }: PriceTable): string {
  const { read, write, keep, thaw, months } = copy;
  const lines: (readonly [what: string, cost: number])[] = [
    ['write', write],
    [`keep for ${months} months`, keep],
  ];
  if (read !== undefined) lines.unshift(['read from the source', read]);
  if (thaw !== undefined) lines.push(['thaw all of it once, standard', thaw]);
  return renderTable(lines, [
    { heading: 'WHAT', value: ([what]) => what },
    { heading: currency, value: ([, cost]) => amountText(cost) },
  ]);
}
