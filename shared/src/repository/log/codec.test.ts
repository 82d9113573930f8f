import { describe, expect, it } from 'vitest';
import { nodeCompute } from '../../compute/node-compute.ts';
import { SealedCodec } from './codec.ts';
import type { LogEntry } from './entry.ts';
import { emptyLogState } from './state.ts';

const entry: LogEntry = {
  n: 41,
  entryId: '00112233445566778899aabbccddeeff',
  previousDigest: 'ab',
  epoch: 3,
  body: { type: 'settings', settings: { name: 'value' } },
};

function makeCodec(options: { repositoryId?: string; keys?: readonly number[] } = {}): SealedCodec {
  let nonces = 0;
  const entropy = {
    randomBytes: (length: number) => {
      nonces += 1;
      return new Uint8Array(length).fill(nonces);
    },
  };
  const keys = options.keys ?? [1];
  return new SealedCodec({
    compute: nodeCompute,
    entropy,
    repositoryId: options.repositoryId ?? 'repository',
    rootKeys: new Map(keys.map((number) => [number, new Uint8Array(32).fill(number)])),
    rootKeyNumber: Math.max(...keys),
  });
}

const damaged = { code: 'E_REPOSITORY_DAMAGED' };

describe('SealedCodec', () => {
  it('gives back what it sealed, as another process reads it', async () => {
    const stored = await makeCodec().encodeEntry(entry);
    expect(await makeCodec().decodeEntry(41, stored)).toEqual(entry);
  });

  it('lays the format version, the number of the root key and the nonce before the sealed bytes', async () => {
    const stored = await makeCodec().encodeEntry(entry);
    expect([...stored.subarray(0, 5)]).toEqual([1, 0, 0, 0, 1]);
    expect([...stored.subarray(5, 17)]).toEqual(new Array(12).fill(1));
    expect(Buffer.from(stored).includes('settings')).toBe(false);
  });

  it('reads bytes that lie within a larger buffer, as sockets give them', async () => {
    const stored = await makeCodec().encodeEntry(entry);
    const larger = new Uint8Array(7 + stored.length).fill(0x28);
    larger.set(stored, 7);
    const within = Buffer.from(larger.buffer, 7);
    expect(await makeCodec().decodeEntry(41, within)).toEqual(entry);
  });

  it('reads entries under an older root key', async () => {
    const stored = await makeCodec().encodeEntry(entry);
    expect(await makeCodec({ keys: [1, 2] }).decodeEntry(41, stored)).toEqual(entry);
    await expect(makeCodec({ keys: [2] }).decodeEntry(41, stored)).rejects.toMatchObject(damaged);
  });

  it('refuses an entry at another position', async () => {
    const codec = makeCodec();
    const stored = await codec.encodeEntry(entry);
    await expect(codec.decodeEntry(42, stored)).rejects.toMatchObject(damaged);
  });

  it('refuses an entry of another repository', async () => {
    const stored = await makeCodec().encodeEntry(entry);
    const other = makeCodec({ repositoryId: 'other' });
    await expect(other.decodeEntry(41, stored)).rejects.toMatchObject(damaged);
  });

  it('refuses an entry with any byte changed, and one that is cut', async () => {
    const codec = makeCodec();
    const stored = await codec.encodeEntry(entry);
    for (const at of [0, 3, 9, 17, stored.length - 1]) {
      const changed = Uint8Array.from(stored);
      changed[at] = (changed[at] ?? 0) ^ 1;
      await expect(codec.decodeEntry(41, changed)).rejects.toMatchObject(damaged);
    }
    await expect(codec.decodeEntry(41, stored.subarray(0, 20))).rejects.toMatchObject(damaged);
  });

  it('gives back a checkpoint, and refuses it as an entry', async () => {
    const codec = makeCodec();
    const state = { ...emptyLogState, head: 41, digest: 'ab', headAtMs: 5 };
    const stored = await codec.encodeCheckpoint(state);
    expect(await codec.decodeCheckpoint(41, stored)).toEqual(state);
    await expect(codec.decodeEntry(41, stored)).rejects.toMatchObject(damaged);
  });
});
