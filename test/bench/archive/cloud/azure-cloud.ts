import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mintContainerSas } from '@firn/shared/object-store/azure/container-sas';
import { standardPrices } from '@firn/shared/prices/standard-prices';
import { startAzureFront } from '../../../../shared/test/azure/azure-front.ts';
import { DEFAULT_PRICES } from '../../../../simulator/src/azure-front/control/price-table.ts';
import { accountOf, type Cloud } from './cloud.ts';

/** Of the machine's clock, which signatures go by. */
const signatureMs = 7 * 24 * 3_600_000;

/** Azurite behind the front, with its blobs in a temporary folder. */
export async function startAzureCloud(): Promise<Cloud> {
  const folder = await mkdtemp(join(tmpdir(), 'firn-azurite-'));
  const front = await startAzureFront([], { folder });
  const { endpoint } = front;
  const account = await front.account('bench');
  const sasToken = mintContainerSas(account, { expiresAtMs: Date.now() + signatureMs });
  return {
    title: 'Azure Blob Storage',
    subjectSuffix: ' azure',
    account: accountOf({ provider: 'azure-blob', endpoint }, { sasToken }),
    prices: standardPrices('azure-blob', 'sample'),
    storageClass: 'archive',
    advance: (advanceMs) => front.administer('clock', { advanceMs }),
    beginBill: () => front.administer('meter/reset', {}),
    bill: async () => {
      const { requests, dollars, storage } = await front.meter();
      const { Hot = 0, Archive = 0 } = storage.gbMonths;
      const { tiers } = DEFAULT_PRICES;
      return {
        writes: requests.write + requests.list,
        reads: requests.read + requests.other,
        requestDollars: dollars.requests,
        retrievalDollars: dollars.retrieval,
        keptDollars: { hot: Hot * tiers.Hot.storage, archive: Archive * tiers.Archive.storage },
        earlyDeletionDollars: storage.earlyDeletionDollars,
      };
    },
    stop: async () => {
      await front.stop();
      await rm(folder, { recursive: true });
    },
  };
}
