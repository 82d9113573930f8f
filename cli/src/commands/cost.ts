import {
  costOfDeleting,
  costOfKeeping,
  costOfWriting,
  estimateThaw,
} from '@firn/shared/prices/costs';
import { gbBytes, type PriceTable } from '@firn/shared/prices/price-table';
import { thawSpeeds } from '@firn/shared/storage-class/storage-class';
import { systemClock } from '@firn/shared/time/system-clock';
import { type Command, InvalidArgumentError } from 'commander';
import { packsOf } from '../cost/pack-cost.ts';
import {
  amountText,
  assertPriced,
  chooseTable,
  originOf,
  originText,
  type PriceOptions,
} from '../cost/price-choice.ts';
import { renderTable } from '../output/table.ts';
import { makeTerminal } from '../output/terminal.ts';
import { addCopyCost } from './cost-copy.ts';
import { addPackSizesCost, addStoredCost } from './cost-stored.ts';
import { positiveInteger, type Runner } from './resource.ts';

interface CostOptions extends PriceOptions {
  readonly provider: string;
  readonly storageClass: string;
  readonly gib?: number;
  readonly packSizeMib: number;
  readonly months: number;
  readonly days: number;
  readonly json?: boolean;
}

interface CostLine {
  readonly what: string;
  readonly cost: number;
  readonly hours?: readonly [number, number];
}

const elsewhere = `
What a retrieval costs, before it starts: firn retrieval plan --help`;

/**
 * `firn cost`: what so much would cost, by the tables that come with Firn or by others; and
 * below it, what that which a repository has costs.
 */
export function addCostCommands(program: Command, run: Runner): void {
  const cost = program
    .command('cost')
    .description('what storage costs: to write, to keep, to thaw, to delete')
    .option('--gib <n>', 'how much, after compression, in GiB', gibibytes)
    .option('--provider <name>', 'azure-blob or s3', 's3')
    .option('--region <name>', "of the table of prices; default: the provider's first")
    .option('--storage-class <class>', 'of the data packs', 'archive')
    .option('--pack-size-mib <n>', 'size of archive packs', positiveInteger, 256)
    .option('--months <n>', 'how long it is kept', positiveInteger, 36)
    .option('--days <n>', 'how long thawed packs stay readable', positiveInteger, 1)
    .option('--prices <file>', 'tables of prices; default: those that come with Firn')
    .addHelpText('after', elsewhere)
    .action((options: CostOptions, command: Command) => calculate(options, command));
  addStoredCost(cost, run);
  addPackSizesCost(cost, run);
  addCopyCost(cost, run);
}

function calculate(options: CostOptions, command: Command): void {
  const { gib, storageClass } = options;
  if (gib === undefined) command.error("error: required option '--gib <n>' not specified");
  const table = chooseTable(options, options);
  assertPriced(table, [storageClass], '--storage-class');
  const lines = linesOf(table, gib * gbBytes, options);
  makeTerminal(options.json === true).result(
    { prices: originOf(table), lines },
    `${textOf(lines, table.currency)}\n\n${originText(table)}`,
  );
}

function linesOf(table: PriceTable, bytes: number, options: CostOptions): CostLine[] {
  const { storageClass, months, days, packSizeMib } = options;
  const kept = { blobs: packsOf(bytes, packSizeMib), bytes };
  const lines: CostLine[] = [
    { what: 'write', cost: costOfWriting(table, storageClass, kept).total },
    {
      what: `keep for ${months} months`,
      cost: costOfKeeping(table, storageClass, { ...kept, months }).total,
    },
  ];
  const nowMs = systemClock.now();
  for (const speed of thawSpeeds) {
    const thaw = estimateThaw(table, storageClass, { ...kept, speed, days, nowMs });
    if (thaw !== undefined) {
      lines.push({ what: `thaw all of it, ${speed}`, cost: thaw.cost.total, hours: thaw.hours });
    }
  }
  const deleting = costOfDeleting(table, storageClass, { ...kept, ageDays: 0 });
  return [...lines, { what: 'delete at once', cost: deleting.total }];
}

function textOf(lines: readonly CostLine[], currency: string): string {
  return renderTable(lines, [
    { heading: 'WHAT', value: ({ what }) => what },
    { heading: currency, value: ({ cost }) => amountText(cost) },
    { heading: 'HOURS', value: ({ hours }) => hours && `${hours[0]} to ${hours[1]}` },
  ]);
}

function gibibytes(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('give a number above 0.');
}
