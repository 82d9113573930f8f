import { systemClock } from '@firn/shared/time/system-clock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBucket } from '../../shared/test/s3/plain-client.ts';
import { type RunningFake, startS3Fake } from '../../shared/test/s3/s3-fake.ts';
import { makeStorageAccounts } from '../src/adapters/storage/storage-accounts.ts';
import type { S3Account } from '../src/ports/storages.ts';

const roleArn = 'arn:aws:iam::123456789012:role/firn';
const hourMs = 3_600_000;
const accounts = makeStorageAccounts(systemClock);

let s3: RunningFake;

beforeAll(async () => {
  s3 = await startS3Fake();
  await makeBucket(s3, 'vault');
  await s3.administer('roles', { roleArn });
});

afterAll(() => s3?.stop());

function anAccount(more: Partial<S3Account> = {}): S3Account {
  const { endpoint, accessKeyId, secretAccessKey } = s3;
  const place = { endpoint, region: 'us-east-1', pathStyle: true, bucket: 'vault' };
  return { provider: 's3', ...place, accessKeyId, secretAccessKey, ...more };
}

describe('what workers get of an S3 account', () => {
  it('is keys of its role, which end', async () => {
    const account = anAccount({ roleArn, stsEndpoint: s3.endpoint });
    await accounts.prepare(account);
    const nowMs = systemClock.now();
    const { s3Keys, expiresAt } = await accounts.mint(account, 'write', hourMs);
    expect(s3Keys?.accessKeyId).not.toBe(account.accessKeyId);
    expect(s3Keys?.secretAccessKey).not.toBe(account.secretAccessKey);
    expect(s3Keys?.sessionToken).not.toBe('');
    expect(Math.round(((expiresAt?.getTime() ?? 0) - nowMs) / hourMs)).toBe(1);
  });

  it('is the keys themselves where there is no role', async () => {
    const account = anAccount();
    const { accessKeyId, secretAccessKey } = account;
    expect(await accounts.mint(account, 'write', hourMs)).toEqual({
      ...{ sasToken: '', expiresAt: undefined },
      s3Keys: { accessKeyId, secretAccessKey, sessionToken: '' },
    });
  });

  it('is found out to be nothing when the storage is added', async () => {
    const account = anAccount({ roleArn: `${roleArn}-of-others`, stsEndpoint: s3.endpoint });
    await expect(accounts.prepare(account)).rejects.toMatchObject({ code: 'E_STORAGE_DENIED' });
  });
});
