import { readFile } from 'node:fs/promises';
import { AppError } from '@firn/shared/errors/app-error';
import { decodePrices } from '@firn/shared/prices/decode-prices';
import type { PriceTable } from '@firn/shared/prices/price-table';
import { standardTables } from '@firn/shared/prices/standard-prices';

/** The operator's prices, or those that come with Firn. E_PRICES_INVALID */
export async function loadPrices(file: string | undefined): Promise<readonly PriceTable[]> {
  if (file === undefined) return standardTables;
  const text = await readFile(file, 'utf8');
  try {
    return decodePrices(JSON.parse(text));
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new AppError('E_PRICES_INVALID', `${file} is no JSON`, { cause });
  }
}
