import { S3Store } from '@firn/shared/object-store/s3/s3-store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBucket } from '../../shared/test/s3/plain-client.ts';
import { type RunningFake, startS3Fake } from '../../shared/test/s3/s3-fake.ts';
import { aWorldWithBackup, coldNames, copy, restore, retrieve } from './fakes/cold-world.ts';

const bucket = 'firn-cold';
const hourMs = 3_600_000;

let fake: RunningFake;
beforeAll(async () => {
  fake = await startS3Fake();
  await makeBucket(fake, bucket);
});
afterAll(() => fake?.stop());

function aStore(prefix: string): S3Store {
  const { endpoint, accessKeyId, secretAccessKey } = fake;
  const credentials = async () => ({ accessKeyId, secretAccessKey });
  return new S3Store({ endpoint, bucket, prefix, credentials });
}

describe('what was copied to an archive class of S3', () => {
  it.each([
    ['archive', 'expedited', 5 / 60],
    ['archive', 'bulk', 12],
    ['deep-archive', 'standard', 12],
    ['deep-archive', 'bulk', 48],
  ] as const)('comes back from %s when it has thawed: %s', async (storageClass, speed, hours) => {
    const coldStore = aStore(`${storageClass}-${speed}`);
    const all = await aWorldWithBackup({ storageClass, coldStore });
    const { world, agent } = all;
    const truth = world.tenant.truth();
    await copy(all);
    const [pack = ''] = await coldNames(world, 'packs/');
    expect(await coldStore.head(pack)).toMatchObject({ storageClass });
    await expect(coldStore.get(pack)).rejects.toMatchObject({ code: 'E_BLOB_ARCHIVED' });

    let isEnded = false;
    const retrieving = retrieve(all, 'copy-1', speed).finally(() => {
      isEnded = true;
    });
    const told = () => world.controller.of('retrieve-1', 'retrieval').at(-1);
    await world.controller.until(() => told() !== undefined);
    expect(told()).toMatchObject({ state: 'retrieving', packsReady: 0 });
    await fake.administer('clock', { advanceMs: hours * hourMs });
    await world.controller.until(() => {
      world.clock.advance(60_000);
      return isEnded;
    });
    expect(await retrieving).toMatchObject({ status: 'success' });
    expect(told()).toMatchObject({ state: 'retrieved', packsTotal: 1, packsReady: 1 });
    expect(await restore(all)).toMatchObject({ status: 'success', counts: { items: 10n } });
    expect(world.tenant.imports.restored).toEqual(truth);
    await agent.stop();
  });
});
