import type { PriceTable } from '@firn/shared/prices/price-table';
import type { StoredBlobs } from '@firn/shared/rest/schemas/retention';
import { systemClock } from '@firn/shared/time/system-clock';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { costInPacks, type PackCost } from '../cost/pack-cost.ts';
import {
  amountText,
  assertPriced,
  originOf,
  originText,
  type PriceOptions,
  tableOfStorage,
} from '../cost/price-choice.ts';
import { costsOfStored, type StoredCost, totalOf } from '../cost/stored-cost.ts';
import { formatBytes } from '../output/quantity.ts';
import { renderTable } from '../output/table.ts';
import { foresee, storageOf } from './foresee.ts';
import { positiveInteger, type Runner } from './resource.ts';

interface StoredOptions extends PriceOptions {
  readonly months: number;
}

/** To compare, MiB: from the smallest to the largest that a copy job takes. */
const packSizesMib = [64, 128, 256, 1024] as const;

/** `firn cost stored`: by kind and class, with what deleting it now costs. */
export function addStoredCost(cost: Command, run: Runner): void {
  pricing(cost.command('stored <repository>'))
    .description('what a repository has in its storage: to keep it, and to delete it now')
    .action((repository: string, options: StoredOptions, command: Command) =>
      run(command, async (context) => {
        const found = await storedIn(context, repository, options);
        if (found === undefined) return;
        const { table, stored } = found;
        const { months } = options;
        const rows = costsOfStored(table, stored);
        const perMonth = totalOf(rows, (row) => row.perMonth);
        const deleteNow = totalOf(rows, (row) => row.deleteNow);
        const sums = { months, perMonth, keep: perMonth * months, deleteNow };
        context.terminal.result(
          { prices: originOf(table), stored: rows, ...sums },
          [storedText(rows, table), sumsText(sums, table), originText(table)].join('\n\n'),
        );
      }),
    );
}

/** `firn cost pack-sizes`: the same content, packed otherwise. */
export function addPackSizesCost(cost: Command, run: Runner): void {
  pricing(cost.command('pack-sizes <repository>'))
    .description('what the content of a repository would cost in packs of other sizes')
    .action((repository: string, options: StoredOptions, command: Command) =>
      run(command, async (context) => {
        const found = await storedIn(context, repository, options);
        if (found === undefined) return;
        const { table, stored, storageClass } = found;
        const bytes = contentBytes(stored);
        const { months } = options;
        const packed = { bytes, months, nowMs: systemClock.now() };
        const sizes = packSizesMib.map((packSizeMib) =>
          costInPacks(table, storageClass, { ...packed, packSizeMib }),
        );
        const what = `${formatBytes(bytes)} of content, ${storageClass}, kept for ${months} months`;
        context.terminal.result(
          { prices: originOf(table), storageClass, bytes, months, sizes },
          [what, sizesText(sizes, table), originText(table)].join('\n\n'),
        );
      }),
    );
}

/** The options that all questions about real bytes take. */
export function pricing(command: Command): Command {
  return command
    .option('--months <n>', 'how long it is kept', positiveInteger, 36)
    .option('--region <name>', "of the table of prices; default: the storage's, if there is one")
    .option('--prices <file>', 'tables of prices; default: those that come with Firn');
}

/** Undefined: the session failed. Refuses before it starts one. */
async function storedIn(context: Context, repository: string, options: PriceOptions) {
  const storage = await storageOf(context, repository);
  const table = tableOfStorage(options, storage);
  const foreseen = await foresee(context, repository);
  if (foreseen === undefined) return undefined;
  const stored = foreseen.stored ?? [];
  const classes = new Set(stored.map((each) => each.storageClass));
  assertPriced(table, classes, `object storage "${storage.name}"`);
  return { table, storageClass: storage.storageClass, stored };
}

function contentBytes(stored: readonly StoredBlobs[]): number {
  const content = stored.filter(({ kind }) => kind === 'packs' || kind === 'tails');
  return totalOf(content, ({ bytes }) => bytes);
}

function storedText(rows: readonly StoredCost[], { currency }: PriceTable): string {
  return renderTable(rows, [
    { heading: 'WHAT', value: ({ kind }) => kind },
    { heading: 'CLASS', value: ({ storageClass }) => storageClass },
    { heading: 'BLOBS', value: ({ blobs }) => blobs },
    { heading: 'SIZE', value: ({ bytes }) => formatBytes(bytes) },
    { heading: `${currency} A MONTH`, value: ({ perMonth }) => amountText(perMonth) },
    { heading: 'DELETE NOW', value: ({ deleteNow }) => amountText(deleteNow) },
    { heading: 'FREE IN DAYS', value: ({ freeInDays }) => freeInDays },
  ]);
}

interface Sums {
  readonly months: number;
  readonly perMonth: number;
  readonly keep: number;
  readonly deleteNow: number;
}

function sumsText({ months, perMonth, keep, deleteNow }: Sums, { currency }: PriceTable): string {
  const kept = `${amountText(perMonth)} ${currency} a month, ${amountText(keep)} for ${months} months`;
  return `${kept}; to delete all of it now: ${amountText(deleteNow)}`;
}

function sizesText(sizes: readonly PackCost[], { currency }: PriceTable): string {
  return renderTable(sizes, [
    { heading: 'MIB', value: ({ packSizeMib }) => packSizeMib },
    { heading: 'PACKS', value: ({ packs }) => packs },
    { heading: `WRITE ${currency}`, value: ({ write }) => amountText(write) },
    { heading: 'KEEP', value: ({ keep }) => amountText(keep) },
    {
      heading: 'THAW ALL',
      value: ({ thaw }) => (thaw === undefined ? undefined : amountText(thaw)),
    },
  ]);
}
