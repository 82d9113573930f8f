import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { nodeCompute } from '../../compute/node-compute.ts';
import { toBase64, toHex } from '../bytes.ts';
import { deriveSegmentKey } from './segment-key.ts';
import { newSharedSegment, openSegmentKey, wrapSegmentKey } from './wrapped-key.ts';

const entropy = { randomBytes: (length: number) => new Uint8Array(randomBytes(length)) };
const [ann, bob] = [entropy.randomBytes(32), entropy.randomBytes(32)];
const segment = newSharedSegment(entropy);
const id = toHex(segment.id);
const damage = { code: 'E_REPOSITORY_DAMAGED' };

const wrapped = (objectKey: Uint8Array) => wrapSegmentKey(nodeCompute, objectKey, segment);
const opened = (objectKey: Uint8Array, segmentKey: string, ofSegment = id) =>
  openSegmentKey(nodeCompute, objectKey, { id: ofSegment, segmentKey });

describe('the key of a segment, wrapped', () => {
  it('opens under each key that it was wrapped under', async () => {
    for (const key of [ann, bob]) expect(await opened(key, await wrapped(key))).toEqual(segment);
  });

  it('has 48 bytes, the same each time, and others under another key', async () => {
    const forAnn = await wrapped(ann);
    expect(Buffer.from(forAnn, 'base64')).toHaveLength(48);
    expect(await wrapped(ann)).toBe(forAnn);
    expect(await wrapped(bob)).not.toBe(forAnn);
  });

  it('does not open under another key, or as that of another segment', async () => {
    const forAnn = await wrapped(ann);
    await expect(opened(bob, forAnn)).rejects.toMatchObject(damage);
    const other = toHex(entropy.randomBytes(16));
    await expect(opened(ann, forAnn, other)).rejects.toMatchObject(damage);
  });

  it.each([
    ['changed', (bytes: Buffer) => Buffer.concat([bytes.subarray(1), bytes.subarray(0, 1)])],
    ['cut', (bytes: Buffer) => bytes.subarray(0, 40)],
    ['missing', () => Buffer.alloc(0)],
  ])('does not open when it is %s', async (_, change) => {
    const bytes = change(Buffer.from(await wrapped(ann), 'base64'));
    await expect(opened(ann, toBase64(bytes))).rejects.toMatchObject(damage);
  });

  it('is no key when it has another length', async () => {
    const short = { id: segment.id, key: entropy.randomBytes(16) };
    const forAnn = await wrapSegmentKey(nodeCompute, ann, short);
    await expect(opened(ann, forAnn)).rejects.toMatchObject(damage);
  });

  it('is derived where a row has none', async () => {
    const derived = await openSegmentKey(nodeCompute, ann, { id });
    expect(derived).toEqual(await deriveSegmentKey(nodeCompute, ann, id));
  });
});
