import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StorageCredential, StorageRef } from '@firn/shared/gen/firn/link/v1/work';
import { ensureContainer, mintContainerSas } from '@firn/shared/object-store/azure/container-sas';
import { makeProviderStores } from '@firn/shared/object-store/provider-stores';
import type { BlobStore } from '@firn/shared/repository/ports';
import { type RunningAzurite, startAzurite } from '@firn/shared/services/azurite';
import { systemClock } from '@firn/shared/time/system-clock';
import { systemRandom } from '@firn/shared/time/system-random';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBucket } from '../../shared/test/s3/plain-client.ts';
import { type RunningFake, startS3Fake } from '../../shared/test/s3/s3-fake.ts';
import { World } from './fakes/a-world.ts';

let azurite: RunningAzurite;
let s3: RunningFake;

beforeAll(async () => {
  [azurite, s3] = await Promise.all([startAzurite(), startS3Fake()]);
});

afterAll(() => Promise.all([azurite?.stop(), s3?.stop()]));

interface Place {
  readonly storage: StorageRef;
  readonly credential: StorageCredential;
}

const nothing = { sasToken: '', expiresAt: undefined, s3Keys: undefined };

function aStorage(more: Partial<StorageRef> & Pick<StorageRef, 'provider'>): StorageRef {
  return {
    ...{ storageId: 'storage-1', endpoint: '', container: 'tested', prefix: 'backups' },
    ...{ storageClass: 'hot', s3: undefined, immutability: undefined },
    ...more,
  };
}

async function onAzurite(): Promise<Place> {
  const account = { ...azurite, container: 'tested' };
  await ensureContainer(account);
  const expiresAt = new Date(systemClock.now() + 3_600_000);
  const sasToken = mintContainerSas(account, { expiresAtMs: expiresAt.getTime() });
  const storage = aStorage({ provider: 'azure-blob', endpoint: azurite.endpoint });
  return { storage, credential: { ...nothing, storageId: 'storage-1', sasToken } };
}

async function onS3(): Promise<Place> {
  const { endpoint, accessKeyId, secretAccessKey } = s3;
  const container = `tested-${randomUUID()}`;
  await makeBucket(s3, container);
  const place = { region: 'us-east-1', pathStyle: true, caPem: '' };
  return {
    storage: aStorage({ provider: 's3', endpoint, container, s3: place }),
    credential: {
      ...{ ...nothing, storageId: 'storage-1' },
      s3Keys: { accessKeyId, secretAccessKey, sessionToken: '' },
    },
  };
}

/** All of the container, whatever the prefix of the storage. */
function wholeOf({ storage, credential }: Place): BlobStore {
  const stores = makeProviderStores(systemClock, systemRandom);
  return stores.open({ ...storage, prefix: '' }, async () => credential);
}

async function namesIn(store: BlobStore): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of store.list('')) names.push(name);
  return names;
}

async function test({ storage, credential }: Place, { measuresSpeed = false } = {}) {
  const world = new World();
  const agent = world.start();
  const end = await world.controller.assign(
    'session-1',
    { $case: 'storageTest', value: { storage, measuresSpeed } },
    { storages: [credential] },
  );
  await agent.stop();
  const [tested] = world.controller.of('session-1', 'storageTest');
  return { end, tested };
}

describe.each([
  ['Azurite', onAzurite],
  ['the S3 fake', onS3],
] as const)('a session that tests a storage, on %s', (_, makePlace) => {
  it('finds it good, and leaves nothing of its own or of an earlier try', async () => {
    const place = await makePlace();
    const whole = wholeOf(place);
    const others = ['backups/repository/header/0', 'firn-storage-test/session-1/of-another-place'];
    const left = 'backups/firn-storage-test/session-1/killed-try/once';
    for (const name of [...others, left]) await whole.put(name, Buffer.from(name));
    const { end, tested } = await test(place);
    expect(end).toMatchObject({ status: 'success' });
    expect(tested?.usable).toBe(true);
    expect(tested?.speed).toBeUndefined();
    const passed = tested?.findings.map(({ check, outcome }) => `${check}: ${outcome}`);
    expect(passed).toContain('conditional put: passed');
    expect(passed).toContain('upload in parts: passed');
    expect(await namesIn(whole)).toEqual(others);
  });
});

describe('a session that tests a storage', () => {
  it('measures a folder when asked to, and leaves no folder behind', async () => {
    const container = await mkdtemp(join(tmpdir(), 'firn-tested-'));
    const storage = aStorage({ provider: 'folder', container, prefix: '' });
    const { end, tested } = await test(
      { storage, credential: { ...nothing, storageId: 'storage-1' } },
      { measuresSpeed: true },
    );
    expect(end).toMatchObject({ status: 'success' });
    expect(tested?.speed?.uploadOneStream).toBeGreaterThan(0);
    expect(await readdir(container)).toEqual([]);
    await rm(container, { recursive: true });
  });

  it('fails where repositories cannot lie, and still tells what it found', async () => {
    const place = await onS3();
    const storage = { ...place.storage, container: 'absent-bucket' };
    const { end, tested } = await test({ ...place, storage });
    expect(end).toMatchObject({ status: 'failed', problem: { code: 'E_STORAGE_UNFIT' } });
    expect(tested).toMatchObject({ usable: false });
    expect(tested?.findings[0]).toMatchObject({ check: 'put and read', outcome: 'failed' });
  });
});
