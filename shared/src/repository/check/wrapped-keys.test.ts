import { describe, expect, it } from 'vitest';
import { aStoredBackup, checked } from '../../../test/repository/damaging.ts';
import type { TestRepository } from '../../../test/repository/test-repository.ts';
import { damaged } from '../damaged.ts';
import type { Compute } from '../ports.ts';

/** As if no row's key of a shared segment were what it should be. */
function withoutWrappedKeys(stored: TestRepository): TestRepository {
  const { ports } = stored;
  const open: Compute['open'] = (key, nonce, sealed, data) => {
    const isWrappedKey = sealed.length === 48 && data.length === 16;
    if (isWrappedKey) return Promise.reject(damaged('it does not open'));
    return ports.compute.open(key, nonce, sealed, data);
  };
  return { ...stored, ports: { ...ports, compute: { ...ports.compute, open } } };
}

describe('keys of shared segments in rows', () => {
  it('are tried without reading data, and items are named that need one that does not open', async () => {
    const stored = await aStoredBackup(1);
    expect(await checked(stored, { readData: false })).toMatchObject([{ severity: 'note' }]);
    const found = await checked(withoutWrappedKeys(stored), { readData: false });
    const errors = found.filter(({ severity }) => severity === 'error');
    expect(errors.map(({ code, objectId, items }) => [code, objectId, items])).toEqual([
      ['E_INDEX_DAMAGED', 'mailbox-1', ['large', 'medium']],
      ['E_INDEX_DAMAGED', 'mailbox-2', ['medium']],
    ]);
  });
});
