import { AppError } from '@firn/shared/errors/app-error';
import {
  costOfDeleting,
  costOfKeeping,
  costOfWriting,
  estimateThaw,
} from '@firn/shared/prices/costs';
import { decodePrices } from '@firn/shared/prices/decode-prices';
import { gbBytes, type PriceTable } from '@firn/shared/prices/price-table';
import { standardTables } from '@firn/shared/prices/standard-prices';
import { thawSpeeds } from '@firn/shared/storage-class/storage-class';
import { systemClock } from '@firn/shared/time/system-clock';
import { Command, InvalidArgumentError } from 'commander';
import { readText } from '../config.ts';
import { renderTable } from '../output/table.ts';
import { makeTerminal } from '../output/terminal.ts';
import { positiveInteger } from './resource.ts';

interface CostOptions {
  readonly provider: string;
  readonly region?: string;
  readonly storageClass: string;
  readonly gib: number;
  readonly packSizeMib: number;
  readonly months: number;
  readonly days: number;
  readonly prices?: string;
  readonly json?: boolean;
}

interface CostLine {
  readonly what: string;
  readonly cost: number;
  readonly hours?: readonly [number, number];
}

const mib = 2 ** 20;
/** Of an upload, as Firn makes them. */
const partBytes = 8 * mib;

/** `firn cost`: what so much would cost, by the tables that come with Firn or by others. */
export function makeCostCommand(): Command {
  return new Command('cost')
    .description('what a copy costs: to write, to keep, to thaw, to delete')
    .showHelpAfterError('(--help shows the options)')
    .exitOverride()
    .requiredOption('--gib <n>', 'how much, after compression, in GiB', gibibytes)
    .option('--provider <name>', 'azure-blob or s3', 's3')
    .option('--region <name>', "of the table of prices; default: the provider's first")
    .option('--storage-class <class>', 'of the data packs', 'archive')
    .option('--pack-size-mib <n>', 'size of archive packs', positiveInteger, 256)
    .option('--months <n>', 'how long it is kept', positiveInteger, 36)
    .option('--days <n>', 'how long thawed packs stay readable', positiveInteger, 1)
    .option('--prices <file>', 'tables of prices; default: those that come with Firn')
    .option('--json', 'print results as JSON')
    .action((options: CostOptions) => {
      const table = tableOf(options);
      const lines = linesOf(table, options);
      const { provider, region, date, source, currency } = table;
      makeTerminal(options.json === true).result(
        { prices: { provider, region, date, source, currency }, lines },
        `${textOf(lines, currency)}\n\nprices of ${provider} in ${region}, ${date}: ${source}`,
      );
    });
}

function linesOf(table: PriceTable, options: CostOptions): CostLine[] {
  const { storageClass, months, days, packSizeMib, gib } = options;
  const bytes = gib * gbBytes;
  const kept = { blobs: Math.ceil(bytes / (packSizeMib * mib)), bytes };
  const lines: CostLine[] = [
    { what: 'write', cost: costOfWriting(table, storageClass, { ...kept, partBytes }).total },
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
    { heading: currency, value: ({ cost }) => cost.toFixed(cost < 10 ? 4 : 2) },
    { heading: 'HOURS', value: ({ hours }) => hours && `${hours[0]} to ${hours[1]}` },
  ]);
}

/** E_PRICES_INVALID; E_CONFIG_INVALID where there is no such table or class. */
function tableOf({ prices, provider, region, storageClass }: CostOptions): PriceTable {
  const tables = prices === undefined ? standardTables : decodePrices(readJson(prices));
  const ofProvider = tables.filter((table) => table.provider === provider);
  const table = ofProvider.find((each) => region === undefined || each.region === region);
  if (table === undefined) {
    const known = tables.map((each) => `${each.provider} in ${each.region}`).join(', ');
    throw new AppError('E_CONFIG_INVALID', `there are prices of ${known} only`);
  }
  if (Object.hasOwn(table.classes, storageClass)) return table;
  const classes = Object.keys(table.classes).join(', ');
  throw new AppError('E_CONFIG_INVALID', `--storage-class: there are prices of ${classes} only`);
}

function readJson(file: string): unknown {
  const text = readText(file, '--prices');
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError('E_PRICES_INVALID', `${file} is no JSON`, { cause });
  }
}

function gibibytes(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('give a number above 0.');
}
