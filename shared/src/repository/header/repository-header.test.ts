import { describe, expect, it } from 'vitest';
import { TestStore } from '../../../test/repository/test-store.ts';
import { nodeCompute } from '../../compute/node-compute.ts';
import { nodeEntropy } from '../../compute/node-entropy.ts';
import { initializeRepository, readHeader } from './header-store.ts';
import { createHeader, unlockHeader } from './repository-header.ts';

const ports = { compute: nodeCompute, entropy: nodeEntropy };

describe('the header', () => {
  it('gives the root key to the password alone', async () => {
    const password = 'gehe\u0069\u0308m';
    const { header, rootKey } = await createHeader({ repositoryId: 'r', password, ...ports });
    expect(await unlockHeader(header, password.normalize('NFC'), nodeCompute)).toEqual(
      Buffer.from(rootKey),
    );
    for (const wrong of ['other', '', undefined]) {
      await expect(unlockHeader(header, wrong, nodeCompute)).rejects.toMatchObject({
        code: 'E_REPOSITORY_PASSWORD_WRONG',
      });
    }
  });

  it('of a repository that is not encrypted gives the root key to everybody', async () => {
    const { header, rootKey } = await createHeader({
      repositoryId: 'r',
      password: undefined,
      ...ports,
    });
    expect(await unlockHeader(header, undefined, nodeCompute)).toEqual(rootKey);
  });

  it('is told from a wrong password when it is damaged', async () => {
    const { header } = await createHeader({ repositoryId: 'r', password: 'p', ...ports });
    header[40] = (header[40] ?? 0) ^ 1;
    await expect(unlockHeader(header, 'p', nodeCompute)).rejects.toMatchObject({
      code: 'E_REPOSITORY_DAMAGED',
    });
  });

  it('is put once, by whoever is first', async () => {
    const store = new TestStore();
    await expect(readHeader(store)).rejects.toMatchObject({ code: 'E_REPOSITORY_NOT_FOUND' });
    const own = await createHeader({ repositoryId: 'r', password: undefined, ...ports });
    await initializeRepository(store, own.header);
    await initializeRepository(store, own.header);
    expect(Uint8Array.from(await readHeader(store))).toEqual(Uint8Array.from(own.header));
    const other = await createHeader({ repositoryId: 'q', password: undefined, ...ports });
    await expect(initializeRepository(store, other.header)).rejects.toMatchObject({
      code: 'E_REPOSITORY_EXISTS',
    });
  });
});
