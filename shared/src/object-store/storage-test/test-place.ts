import { join } from 'node:path';
import type { StorageCredential, StorageRef } from '../../gen/firn/link/v1/work.ts';
import type { StorageClass } from '../../storage-class/storage-class.ts';
import type { Clock } from '../../time/clock.ts';
import type { ProviderStores } from '../composed-stores.ts';
import { removeEmptyFolders } from '../folder/empty-folders.ts';
import { standardScale } from './measure-speed.ts';
import type { StorageFinding } from './storage-check.ts';
import { type StorageReport, testStorage } from './test-storage.ts';

/** Whatever tests put lies in this folder of the place, and nothing else does. */
const testFolder = 'firn-storage-test';

export interface TestPlace {
  readonly stores: ProviderStores;
  readonly storage: StorageRef;
  readonly credential: () => Promise<StorageCredential>;
  readonly storageClass: StorageClass;
  /** A later try of the same run removes what this one left. Each holds [A-Za-z0-9-] only. */
  readonly runId: string;
  readonly tryId: string;
  readonly measuresSpeed: boolean;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  readonly onFinding?: (finding: StorageFinding) => void;
}

/** Tests a place where repositories are to lie, in a folder of its own there. */
export async function testPlace(place: TestPlace): Promise<StorageReport> {
  const { stores, credential, runId, tryId, measuresSpeed, ...more } = place;
  const { prefix } = place.storage;
  const storage = {
    ...place.storage,
    prefix: prefix === '' ? testFolder : `${prefix}/${testFolder}`,
    // What is locked could not be removed again.
    immutability: undefined,
  };
  const report = await testStorage({
    ...more,
    store: stores.open(storage, credential),
    root: `${runId}/${tryId}/`,
    bucketState: stores.bucketState(storage, credential),
    ...(measuresSpeed && { scale: standardScale }),
  });
  if (storage.provider === 'folder') {
    await removeEmptyFolders(join(storage.container, storage.prefix));
  }
  return report;
}
