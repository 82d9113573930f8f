import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningFront, startAzureFront } from '../../../test/azure/azure-front.ts';
import { thawingOf } from '../../repository/retrieve/thawing-of.ts';
import { BlockPool } from '../block-pool.ts';
import { describeBlobLocks } from '../locks.contract.ts';
import { describeBlobStore } from '../object-store.contract.ts';
import { AzureStore, type AzureStoreOptions } from './azure-store.ts';
import { type AzureAccount, mintContainerSas } from './container-sas.ts';

const hourMs = 3_600_000;

function makeStore(account: AzureAccount, more: Partial<AzureStoreOptions> = {}): AzureStore {
  const credentials = async () => mintContainerSas(account, { expiresAtMs: Date.now() + hourMs });
  const { endpoint, container } = account;
  return new AzureStore({ endpoint, container, prefix: '', credentials, ...more });
}

async function versionsIn(front: RunningFront, container: string): Promise<string[]> {
  const client = front.plainClient().getContainerClient(container);
  const names: string[] = [];
  for await (const { name } of client.listBlobsFlat({ includeVersions: true })) names.push(name);
  return names;
}

describe.each([
  ['without versions', []],
  ['with versions', ['--versioning']],
])('against the front of Azurite, %s', (kind, options) => {
  let front: RunningFront;
  beforeAll(async () => {
    front = await startAzureFront(options);
  });
  afterAll(() => front?.stop());

  describeBlobStore(`AzureStore on the front ${kind}`, async () => ({
    store: makeStore(await front.account('contract'), {
      prefix: 'of-stores',
      blocks: new BlockPool(1_024),
    }),
    showsRehydrating: true,
    finishRehydrations: () => front.finishRehydrations(),
    close: async () => {},
  }));

  const request = { retrievalId: 'r2', speed: 'standard', readableMs: hourMs } as const;

  it('ends a thaw that is not done yet, and leaves nothing', async () => {
    const account = await front.account('ended');
    const store = makeStore(account);
    await store.put('packs/a', Buffer.from('cold'), { storageClass: 'archive' });
    await thawingOf(store).begin('packs/a', request);
    expect(await thawingOf(store).end('r2')).toBe(1);
    expect(await versionsIn(front, account.container)).toEqual(['packs/a']);
  });

  it('begins a thaw once, whoever asks at the same time', async () => {
    const store = makeStore(await front.account('once'));
    await store.put('packs/a', Buffer.from('cold'), { storageClass: 'archive' });
    await front.administer('meter/reset', {});
    const states = await Promise.all(
      Array.from({ length: 6 }, () => thawingOf(store).begin('packs/a', request)),
    );
    expect(states.map(({ state }) => state)).toEqual(Array(6).fill('thawing'));
    expect((await front.meter()).rehydrations).toEqual({ Standard: 1, High: 0 });
  });

  it('deletes with all earlier versions', async () => {
    const account = await front.account('deleted');
    const store = makeStore(account);
    await store.put('a', Buffer.from('one'));
    await store.put('a', Buffer.from('two'));
    await store.put('a-1', Buffer.from('another'));
    await store.delete('a');
    await store.delete('a');
    expect(await versionsIn(front, account.container)).toEqual(['a-1']);
  });
});

describe('against the front of Azurite, with version-level immutability', () => {
  let front: RunningFront;
  beforeAll(async () => {
    front = await startAzureFront(['--versioning']);
  });
  afterAll(() => front?.stop());

  describe.each(['governance', 'compliance'] as const)('mode %s', (lockMode) => {
    describeBlobLocks(`AzureStore on the front, ${lockMode}`, async () => {
      const account = await front.lockedAccount(`locked-${lockMode}`);
      const client = front.plainClient().getContainerClient(account.container);
      return {
        store: makeStore(account, { prefix: 'locks', lockMode }),
        deletePlainly: async (name) => void (await client.deleteBlob(`locks/${name}`)),
        close: async () => {},
      };
    });
  });

  it('says when the container has no immutability', async () => {
    const store = makeStore(await front.account('unlocked'), { lockMode: 'governance' });
    const retainUntilMs = (await store.locks.now()) + hourMs;
    await expect(store.put('a', Buffer.from('a'), { retainUntilMs })).rejects.toMatchObject({
      code: 'E_STORAGE_NO_LOCKS',
    });
  });
});
