import { standardPrices } from '@firn/shared/prices/standard-prices';
import { makeBucket } from '../../../../shared/test/s3/plain-client.ts';
import { startS3Fake } from '../../../../shared/test/s3/s3-fake.ts';
import { DEFAULT_PRICES } from '../../../../simulator/src/s3/control/price-table.ts';
import { accountOf, type Cloud } from './cloud.ts';

interface S3Meter {
  readonly requests: { readonly put: number; readonly get: number };
  readonly dollars: { readonly requests: number; readonly retrieval: number };
  readonly storage: {
    readonly gbMonths: Readonly<Partial<Record<keyof typeof DEFAULT_PRICES.classes, number>>>;
    readonly earlyDeletionDollars: number;
  };
}

/** The simulated S3. */
export async function startS3Cloud(): Promise<Cloud> {
  const fake = await startS3Fake();
  const { endpoint, accessKeyId, secretAccessKey } = fake;
  const s3Keys = { accessKeyId, secretAccessKey, sessionToken: '' };
  const account = accountOf({ provider: 's3', endpoint }, { s3Keys });
  await makeBucket(fake, account.storage.container);
  return {
    title: 'Amazon S3',
    subjectSuffix: '',
    account,
    prices: standardPrices('s3', 'us-east-1'),
    storageClass: 'deep-archive',
    advance: (advanceMs) => fake.administer('clock', { advanceMs }),
    beginBill: () => fake.administer('meter/reset', {}),
    bill: async () => {
      const { requests, dollars, storage } = (await fake.ask('meter')) as S3Meter;
      return {
        writes: requests.put,
        reads: requests.get,
        requestDollars: dollars.requests,
        retrievalDollars: dollars.retrieval,
        keptDollars: keptDollars(storage.gbMonths),
        earlyDeletionDollars: storage.earlyDeletionDollars,
      };
    },
    stop: () => fake.stop(),
  };
}

function keptDollars({
  STANDARD = 0,
  GLACIER = 0,
  DEEP_ARCHIVE = 0,
}: S3Meter['storage']['gbMonths']) {
  const { classes } = DEFAULT_PRICES;
  return {
    hot: STANDARD * classes.STANDARD.storage,
    archive: GLACIER * classes.GLACIER.storage,
    'deep-archive': DEEP_ARCHIVE * classes.DEEP_ARCHIVE.storage,
  };
}
