import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  anImmutableRepository,
  backUp,
  mailOf,
} from '../../../test/immutability/immutable-repository.ts';
import { deletePlainly, makeLockedBucket } from '../../../test/s3/plain-client.ts';
import { type RunningFake, startS3Fake } from '../../../test/s3/s3-fake.ts';
import { S3Store } from '../../object-store/s3/s3-store.ts';
import { undelete } from './undelete.ts';

const bucket = 'immutable';

describe('an immutable repository on the S3 fake', () => {
  let fake: RunningFake;
  beforeAll(async () => {
    fake = await startS3Fake();
    await makeLockedBucket(fake, bucket);
  });
  afterAll(() => fake?.stop());

  it.each(['governance', 'compliance'] as const)(
    'comes back after all was deleted, in mode %s',
    async (mode) => {
      const { endpoint, accessKeyId, secretAccessKey } = fake;
      const credentials = async () => ({ accessKeyId, secretAccessKey });
      const bare = new S3Store({ endpoint, bucket, prefix: mode, credentials, lockMode: mode });
      const made = await anImmutableRepository(bare, { mode, days: 7 });
      await backUp(made.repository, 'point-1', 'precious');
      const names: string[] = [];
      for await (const { name } of bare.list('')) names.push(name);
      await deletePlainly(
        fake,
        bucket,
        names.map((name) => `${mode}/${name}`),
      );
      await expect(made.open()).rejects.toMatchObject({ code: 'E_REPOSITORY_NOT_FOUND' });

      for await (const { how } of undelete(made.store)) expect(how).toBe('deleted');
      expect(await mailOf(await made.open(), 'point-1')).toBe('precious');
      await expect(bare.delete('header/0')).rejects.toMatchObject({ code: 'E_BLOB_LOCKED' });
    },
  );
});
