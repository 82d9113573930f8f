import { randomUUID } from 'node:crypto';
import type { ProviderStores } from '@firn/shared/object-store/composed-stores';
import { testPlace } from '@firn/shared/object-store/storage-test/test-place';
import { storageClassOf } from '@firn/shared/rpc/storage-class';
import type { Clock } from '@firn/shared/time/clock';
import type { StorageTester } from '../../ports/storage-tester.ts';

/** Tests Azure containers, S3 buckets and folders as this machine sees them. */
export function makeProviderStorageTester(stores: ProviderStores, clock: Clock): StorageTester {
  return async ({ sessionId, onChecked, ...test }) => {
    const { findings, speed, usable } = await testPlace({
      ...{ ...test, stores, clock },
      runId: sessionId,
      tryId: randomUUID(),
      storageClass: storageClassOf(test.storage),
      onFinding: ({ check }) => onChecked(check),
    });
    return { findings: [...findings], speed, usable };
  };
}
