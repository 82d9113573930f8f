import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeLockedBucket } from '../../test/s3/plain-client.ts';
import { type RunningFake, startS3Fake } from '../../test/s3/s3-fake.ts';
import type { StorageCredential, StorageRef } from '../gen/firn/link/v1/work.ts';
import { systemClock } from '../time/system-clock.ts';
import { makeProviderStores } from './provider-stores.ts';

const stores = makeProviderStores(systemClock, () => 0.5);
const noCredential = { storageId: 's', sasToken: '', expiresAt: undefined, s3Keys: undefined };
const immutability = { mode: 'governance', days: 7 };

function aPlace(more: Partial<StorageRef>): StorageRef {
  return {
    ...{ storageId: 's', provider: 'folder', endpoint: '', container: '/srv/firn', prefix: 'p' },
    ...{ storageClass: 'hot', s3: undefined, immutability: undefined },
    ...more,
  };
}

const open = (place: StorageRef, credential: StorageCredential = noCredential) =>
  stores.open(place, async () => credential);

describe('stores of providers', () => {
  it.each([
    ['another provider', aPlace({ provider: 'tape' }), 'E_WORK_UNKNOWN'],
    ['a relative folder', aPlace({ container: 'here' }), 'E_WORK_UNKNOWN'],
    ['a folder that is to lock', aPlace({ immutability }), 'E_STORAGE_NO_LOCKS'],
    [
      'an unknown mode of immutability',
      aPlace({ provider: 's3', immutability: { mode: 'forever', days: 1 } }),
      'E_WORK_UNKNOWN',
    ],
  ])('refuse %s', (_what, place, code) => {
    expect(() => open(place)).toThrow(expect.objectContaining({ code }));
  });
});

describe('a store of provider s3', () => {
  let fake: RunningFake;
  beforeAll(async () => {
    fake = await startS3Fake(['--tls']);
  });
  afterAll(() => fake?.stop());

  function s3Place(): StorageRef {
    const s3 = { region: 'us-east-1', pathStyle: true, caPem: fake.caPem ?? '' };
    const { endpoint } = fake;
    return aPlace({ provider: 's3', endpoint, container: 'locked', s3, immutability });
  }

  it('locks what a repository keeps, over TLS of a private CA', async () => {
    const { accessKeyId, secretAccessKey } = fake;
    await makeLockedBucket(fake, 'locked');
    const s3Keys = { accessKeyId, secretAccessKey, sessionToken: '' };
    const store = open(s3Place(), { ...noCredential, s3Keys });
    await store.put('header/0', Uint8Array.of(1), { ifAbsent: true });
    await store.put('hint/clock', Uint8Array.of(1));
    const lockedMs = ((await store.head('header/0'))?.lockedUntilMs ?? 0) - Date.now();
    expect(lockedMs).toBeGreaterThan(6 * 86_400_000);
    expect((await store.head('hint/clock'))?.lockedUntilMs).toBeUndefined();
  });

  it('needs keys', async () => {
    await expect(open(s3Place()).head('a')).rejects.toMatchObject({ code: 'E_WORK_UNKNOWN' });
  });
});
