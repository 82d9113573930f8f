import { BlockPool } from '../block-pool.ts';
import { lockModeOf } from '../lock-mode-of.ts';
import type { StoreOpener } from '../store-opener.ts';
import { AzureStore, blockBytes } from './azure-store.ts';

/** Azure Blob containers. */
export function makeAzureOpener(): StoreOpener<AzureStore> {
  const blocks = new BlockPool(blockBytes);
  return ({ endpoint, container, prefix, immutability }, credential) => {
    const credentials = async () => (await credential()).sasToken;
    const lockMode = immutability && lockModeOf(immutability.mode);
    return new AzureStore({ endpoint, container, prefix, credentials, blocks, lockMode });
  };
}
