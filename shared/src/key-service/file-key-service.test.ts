import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeCompute } from '../compute/node-compute.ts';
import { nodeEntropy } from '../compute/node-entropy.ts';
import { createHeader, openHeader } from '../repository/header/repository-header.ts';
import { FileKeyService } from './file-key-service.ts';
import { describeKeyService } from './key-service.contract.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firn-keys-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function withFile(content: string): Promise<FileKeyService> {
  const path = join(folder, 'keys.json');
  await writeFile(path, content, { mode: 0o600 });
  return new FileKeyService(path);
}

const keys = JSON.stringify({ a: 'aa'.repeat(32), b: 'bb'.repeat(32) });

describeKeyService('a file of keys', () => withFile(keys));

describe('a file of keys', () => {
  it.each([
    ['no JSON', 'secret!'],
    ['no object', '[]x'],
    ['a short key', '{"a": "aa"}'],
  ])('is refused with %s, and nothing of it is told', async (_, content) => {
    const service = await withFile(content);
    const error = await service.wrap('a', new Uint8Array(32), '').catch((thrown) => thrown);
    expect(error).toMatchObject({ code: 'E_KEY_SERVICE_UNAVAILABLE' });
    expect(error.cause).toBeUndefined();
  });

  it('opens a repository without its password', async () => {
    const keyService = await withFile(keys);
    const ports = { compute: nodeCompute, entropy: nodeEntropy };
    const opener = { password: undefined, keyService, kmsKeyId: 'a' };
    const { header, rootKey } = await createHeader({ repositoryId: 'r', ...opener, ...ports });
    const opened = await openHeader(header, { keyService }, nodeCompute);
    expect(Buffer.compare(opened.rootKey, rootKey)).toBe(0);
    expect(Buffer.from(header).includes(Buffer.from(rootKey).toString('hex'))).toBe(false);
    await expect(openHeader(header, { password: 'x' }, nodeCompute)).rejects.toMatchObject({
      code: 'E_REPOSITORY_PASSWORD_WRONG',
    });
  });

  it('that has lost its key says so, and a password beside it still opens', async () => {
    const keyService = await withFile(keys);
    const ports = { compute: nodeCompute, entropy: nodeEntropy };
    const opener = { password: 'p', keyService, kmsKeyId: 'a' };
    const { header, rootKey } = await createHeader({ repositoryId: 'r', ...opener, ...ports });
    const lost = await withFile('{}');
    await expect(openHeader(header, { keyService: lost }, nodeCompute)).rejects.toMatchObject({
      code: 'E_KEY_SERVICE_KEY_UNKNOWN',
    });
    const opened = await openHeader(header, { keyService: lost, password: 'p' }, nodeCompute);
    expect(Buffer.compare(opened.rootKey, rootKey)).toBe(0);
    const wrong = openHeader(header, { keyService: lost, password: 'x' }, nodeCompute);
    await expect(wrong).rejects.toMatchObject({ code: 'E_REPOSITORY_PASSWORD_WRONG' });
  });
});
