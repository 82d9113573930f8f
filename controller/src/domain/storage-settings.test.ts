import { describe, expect, it } from 'vitest';
import { assertStorageSettings, defaultEndpoint } from './storage-settings.ts';

const azure = {
  provider: 'azure-blob',
  accountName: 'account',
  accountKey: 'a2V5',
  container: 'data',
} as const;

describe('assertStorageSettings', () => {
  it('takes an Azure account with a container, and an absolute folder', () => {
    assertStorageSettings(azure);
    assertStorageSettings({ provider: 'folder', container: '/srv/firn' });
  });

  it.each([
    [{ provider: 'azure-blob', accountName: 'account', container: 'data' }, 'needs accountKey'],
    [{ provider: 'azure-blob', accountKey: 'a2V5', container: 'data' }, 'needs accountName'],
    [{ ...azure, container: 'Data' }, '"Data" cannot be the name of an Azure container'],
    [{ ...azure, container: 'a--b' }, '"a--b" cannot be the name of an Azure container'],
    [{ provider: 'folder', container: 'relative' }, 'is an absolute path'],
    [{ provider: 'folder', container: '/srv/../etc' }, 'is an absolute path'],
    [{ ...azure, provider: 'folder', container: '/srv' }, 'has no endpoint'],
  ] as const)('refuses %j', (settings, message) => {
    expect(() => assertStorageSettings(settings)).toThrow(message);
  });
});

describe('defaultEndpoint', () => {
  it('is that of the public cloud', () => {
    expect(defaultEndpoint('account')).toBe('https://account.blob.core.windows.net');
  });
});
