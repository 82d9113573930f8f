import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadMasterKey, makeVault } from './master-key-vault.ts';

const key = new Uint8Array(32).fill(7);
const plain = Buffer.from('a secret');

describe('vault', () => {
  const vault = makeVault(key);

  it('opens what it sealed, for the same purpose', () => {
    const sealed = vault.seal(plain, 'organization:1');
    expect(Buffer.from(sealed).includes(plain)).toBe(false);
    expect(Buffer.from(vault.open(sealed, 'organization:1')).equals(plain)).toBe(true);
  });

  it('does not open a secret that was moved, changed, cut, or sealed with another key', () => {
    const sealed = vault.seal(plain, 'organization:1');
    const changed = Uint8Array.from(sealed);
    changed[30] = (changed[30] ?? 0) ^ 1;
    const other = makeVault(new Uint8Array(32).fill(8));
    const attempts = [
      () => vault.open(sealed, 'organization:2'),
      () => vault.open(changed, 'organization:1'),
      () => vault.open(sealed.subarray(0, 20), 'organization:1'),
      () => vault.open(new Uint8Array(), 'organization:1'),
      () => other.open(sealed, 'organization:1'),
    ];
    for (const attempt of attempts)
      expect(attempt).toThrow('cannot be opened with this master key');
  });

  it('seals the same secret differently each time, and fingerprints it alike', () => {
    expect(vault.seal(plain, 'p')).not.toEqual(vault.seal(plain, 'p'));
    expect(vault.fingerprint('x')).toEqual(makeVault(key).fingerprint('x'));
  });
});

describe('loadMasterKey', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'firn-key-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('makes one key, readable by its owner alone, also when two start at once', async () => {
    const file = join(folder, 'keys', 'master-key');
    const [first, second] = await Promise.all([loadMasterKey(file), loadMasterKey(file)]);
    expect(first).toHaveLength(32);
    expect(second).toEqual(first);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(folder, 'keys'))).toEqual(['master-key']);
  });

  it('refuses a file that holds no key, and does not replace it', async () => {
    const file = join(folder, 'master-key');
    await writeFile(file, 'not a key');
    await expect(loadMasterKey(file)).rejects.toMatchObject({ code: 'E_CONFIG_INVALID' });
  });
});
