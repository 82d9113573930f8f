import { AppError } from '../errors/app-error.ts';
import { type ThawSpeed, thawSpeeds } from '../storage-class/storage-class.ts';
import type { ClassPrices, PriceTable, ThawPrices } from './price-table.ts';

type Json = Readonly<Record<string, unknown>>;

const numbers = [
  'storage',
  'write',
  'part',
  'read',
  'readGb',
  'minimumDays',
  'minimumBytes',
  'ownBytes',
  'hotBytes',
] as const;
const texts = ['provider', 'region', 'date', 'source', 'currency'] as const;

/** A file of prices: `{"format": 1, "tables": […]}`. E_PRICES_INVALID, which says where. */
export function decodePrices(file: unknown): readonly PriceTable[] {
  const { format, tables } = objectAt(file, 'the file');
  if (format !== 1) throw invalid('"format" is not 1');
  if (!Array.isArray(tables)) throw invalid('"tables" is no list');
  return tables.map((table, at) => decodeTable(table, `tables[${at}]`));
}

function decodeTable(value: unknown, at: string): PriceTable {
  const table = objectAt(value, at);
  const classes = objectAt(table['classes'], `${at}.classes`);
  const told = Object.fromEntries(texts.map((name) => [name, textAt(table, name, at)]));
  if (!Object.hasOwn(classes, 'hot')) throw invalid(`${at}.classes has no "hot"`);
  return {
    ...(told as Record<(typeof texts)[number], string>),
    classes: Object.fromEntries(
      Object.entries(classes).map(([name, prices]) => [
        name,
        decodeClass(prices, `${at}.classes.${name}`),
      ]),
    ),
  };
}

function decodeClass(value: unknown, at: string): ClassPrices {
  const prices = objectAt(value, at);
  refuseUnknown(prices, [...numbers, 'thaw'], at);
  const told = Object.fromEntries(numbers.map((name) => [name, numberAt(prices, name, at)]));
  const thaw = objectAt(prices['thaw'] ?? {}, `${at}.thaw`);
  refuseUnknown(thaw, thawSpeeds, `${at}.thaw`);
  const speeds = Object.entries(thaw).map(
    ([speed, of]) => [speed, decodeThaw(of, `${at}.thaw.${speed}`)] as const,
  );
  return {
    ...(told as Record<(typeof numbers)[number], number>),
    thaw: Object.fromEntries(speeds) as Partial<Record<ThawSpeed, ThawPrices>>,
  };
}

function decodeThaw(value: unknown, at: string): ThawPrices {
  const thaw = objectAt(value, at);
  refuseUnknown(thaw, ['request', 'gb', 'hours', 'gbPerHour'], at);
  const { hours } = thaw;
  if (!Array.isArray(hours) || hours.length !== 2) throw invalid(`${at}.hours is no pair`);
  const [least, most] = hours as unknown[];
  if (!isAmount(least) || !isAmount(most) || least > most) {
    throw invalid(`${at}.hours are not two numbers in order`);
  }
  return {
    request: numberAt(thaw, 'request', at),
    gb: numberAt(thaw, 'gb', at),
    hours: [least, most],
    gbPerHour: numberAt(thaw, 'gbPerHour', at),
  };
}

/** Absent: 0. */
function numberAt(object: Json, name: string, at: string): number {
  const value = object[name] ?? 0;
  if (isAmount(value)) return value;
  throw invalid(`${at}.${name} is no number of at least 0`);
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function textAt(object: Json, name: string, at: string): string {
  const value = object[name];
  if (typeof value === 'string' && value !== '') return value;
  throw invalid(`${at}.${name} is no text`);
}

function objectAt(value: unknown, at: string): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw invalid(`${at} is no object`);
}

function refuseUnknown(object: Json, known: readonly string[], at: string): void {
  const unknown = Object.keys(object).find((name) => !known.includes(name));
  if (unknown !== undefined) throw invalid(`${at} has "${unknown}", which is no price`);
}

function invalid(message: string): AppError {
  return new AppError('E_PRICES_INVALID', message);
}
