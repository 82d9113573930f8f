import { describe, expect, it } from 'vitest';
import { TestStore } from '../../../test/repository/test-store.ts';
import { nodeCompute } from '../../compute/node-compute.ts';
import { nodeEntropy } from '../../compute/node-entropy.ts';
import { toHex, utf8 } from '../bytes.ts';
import { encodeHeader, verifyHeader } from './header-layout.ts';
import { initializeRepository, readHeader } from './header-store.ts';
import { createHeader, unlockHeader } from './repository-header.ts';

const ports = { compute: nodeCompute, entropy: nodeEntropy };

describe('the header', () => {
  it('gives the root key to the password alone', async () => {
    const password = 'gehe\u0069\u0308m';
    const { header, rootKey } = await createHeader({ repositoryId: 'r', password, ...ports });
    const unlocked = await unlockHeader(header, password.normalize('NFC'), nodeCompute);
    expect(Buffer.compare(unlocked, rootKey)).toBe(0);
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

  it.each([
    ['cheaper', { memoryKiB: 8 }],
    ['more than anybody should pay', { memoryKiB: 2 ** 31 }],
    ['no number', { passes: 'many' }],
    ['by another salt than bytes', { salt: 'x' }],
  ])('is refused when it derives keys of passwords %s', async (_, changed) => {
    const { header } = await createHeader({ repositoryId: 'r', password: undefined, ...ports });
    const read = await verifyHeader(header, nodeCompute);
    const kdf = Object.assign({}, read.current.kdf, changed);
    const current = { ...read.current, kdf };
    const bytes = await encodeHeader(nodeCompute, { ...read, current });
    await expect(unlockHeader(bytes, undefined, nodeCompute)).rejects.toMatchObject({
      code: 'E_REPOSITORY_DAMAGED',
    });
  });

  it.each(['"ab"', '[]', '["ab"]', '[null]', '[{"slots": "ab", "kdf": 1}]'])(
    'is refused with the key epochs %s',
    async (epochs) => {
      const line = utf8(`{"format": 1, "repositoryId": "r", "keyEpochs": ${epochs}}`);
      const digest = toHex(await nodeCompute.sha256([line]));
      const bytes = Uint8Array.from([...line, ...utf8(`\n${digest}`)]);
      await expect(unlockHeader(bytes, 'p', nodeCompute)).rejects.toMatchObject({
        code: 'E_REPOSITORY_DAMAGED',
      });
    },
  );

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
