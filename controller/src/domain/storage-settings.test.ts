import { describe, expect, it } from 'vitest';
import { assertStorageSettings, defaultEndpoint } from './storage-settings.ts';

const azure = {
  provider: 'azure-blob',
  accountName: 'account',
  accountKey: 'a2V5',
  container: 'data',
} as const;

const s3 = {
  provider: 's3',
  accessKeyId: 'AKIAEXAMPLE',
  secretAccessKey: 'secret',
  region: 'eu-central-1',
  container: 'my.bucket-1',
} as const;

describe('assertStorageSettings', () => {
  it('takes an Azure account with a container, and an absolute folder', () => {
    assertStorageSettings(azure);
    assertStorageSettings({ provider: 'folder', container: '/srv/firn' });
  });

  it('takes a bucket of AWS by its region, and of others by their endpoint', () => {
    assertStorageSettings(s3);
    const { region: _, ...others } = s3;
    assertStorageSettings({ ...others, endpoint: 'https://s3.example', pathStyle: false });
    assertStorageSettings({ ...s3, storageClass: 'one-zone' });
    assertStorageSettings({ ...s3, storageClass: 'deep-archive' });
  });

  it.each([
    [{ provider: 'azure-blob', accountName: 'account', container: 'data' }, 'needs accountKey'],
    [{ provider: 'azure-blob', accountKey: 'a2V5', container: 'data' }, 'needs accountName'],
    [{ ...azure, container: 'Data' }, '"Data" cannot be the name of an Azure container'],
    [{ ...azure, container: 'a--b' }, '"a--b" cannot be the name of an Azure container'],
    [{ provider: 'folder', container: 'relative' }, 'is an absolute path'],
    [{ provider: 'folder', container: '/srv/../etc' }, 'is an absolute path'],
    [{ ...azure, provider: 'folder', container: '/srv' }, 'provider folder has no accountName'],
    [{ ...s3, accountName: 'account' }, 'provider s3 has no accountName'],
    [{ ...azure, region: 'eu-central-1' }, 'provider azure-blob has no region'],
    [{ provider: 's3', container: 'a-bucket', region: 'a' }, 's3 needs accessKeyId'],
    [{ ...s3, container: 'My_Bucket' }, '"My_Bucket" cannot be the name of an S3 bucket'],
    [{ ...azure, storageClass: 'one-zone' }, 'azure-blob has no class one-zone, but hot, cool'],
    [
      { provider: 's3', accessKeyId: 'a', secretAccessKey: 'b', container: 'a-bucket' },
      'needs region, or endpoint',
    ],
    [{ ...s3, roleExternalId: 'agreed' }, 'roleExternalId and stsEndpoint need roleArn'],
    [{ ...s3, endpoint: 'https://s3.example', roleArn: 'arn' }, 'needs stsEndpoint'],
    [{ ...azure, roleArn: 'arn' }, 'provider azure-blob has no roleArn'],
  ] as const)('refuses %j', (settings, message) => {
    expect(() => assertStorageSettings(settings)).toThrow(message);
  });
});

describe('defaultEndpoint', () => {
  it('is that of the public cloud', () => {
    expect(defaultEndpoint('account')).toBe('https://account.blob.core.windows.net');
  });
});
