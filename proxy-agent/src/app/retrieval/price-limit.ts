import { AppError } from '@firn/shared/errors/app-error';
import type { PriceLimit } from '@firn/shared/gen/firn/link/v1/work';
import type { RetrievalSize } from './retrieval-size.ts';

/** E_RETRIEVAL_PRICE when what has to thaw costs more than was agreed. */
export function assertPrice({ coldPacks, coldBytes }: RetrievalSize, limit: PriceLimit): void {
  const { perPack, perByte, priceMax, currency } = limit;
  const price = coldPacks * perPack + coldBytes * perByte;
  if (price <= priceMax) return;
  const [asked, agreed] = [price, priceMax].map((each) => each.toFixed(4));
  throw new AppError(
    'E_RETRIEVAL_PRICE',
    `the retrieval would cost ${asked} ${currency}, and at most ${agreed} was agreed to: ` +
      `${coldPacks} packs with ${coldBytes} bytes have to thaw`,
  );
}
