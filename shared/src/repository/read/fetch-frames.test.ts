import { describe, expect, it } from 'vitest';
import { AppError } from '../../errors/app-error.ts';
import type { BlobStore, ByteRange } from '../ports.ts';
import { fetchFrames, planFetch } from './fetch-frames.ts';
import { PackFetcher } from './pack-fetcher.ts';
import type { PlacedContent } from './placed-content.ts';

const frameLength = 10;

function frameAt(pack: string, offset: number): PlacedContent {
  const address = {
    segment: 's',
    frame: 0,
    frameOffset: offset,
    frameLength,
    offset: 0,
    length: 1,
  };
  const place = { pack, keyId: 'k', offset: 0, length: 1_000_000, packLength: 0 };
  return { address, place };
}

type ReadInto = NonNullable<BlobStore['readInto']>;

function fetching(frames: readonly PlacedContent[], readInto: ReadInto) {
  const plan = planFetch(frames);
  const target = new Uint8Array(plan.sizeBytes);
  const packs = new PackFetcher({ readInto } as Partial<BlobStore> as BlobStore, undefined);
  return { target, fetched: fetchFrames(packs, plan, target) };
}

/** Bytes are their offset in the pack; requests are noted. */
function packOf(sizeBytes: number, asked: ByteRange[] = []): ReadInto {
  return async (_, range, target) => {
    asked.push(range);
    if (range.offset + range.length > sizeBytes) {
      throw new AppError('E_BLOB_NOT_FOUND', 'the pack is too short');
    }
    target.set(target.map((_byte, at) => range.offset + at));
  };
}

describe('frames that are fetched', () => {
  it('come with one request where they are neighbours', async () => {
    const asked: ByteRange[] = [];
    const frames = [frameAt('p', 20), frameAt('p', 40)];
    const { target, fetched } = fetching(frames, packOf(200, asked));
    const starts = (await fetched).map((stretch) => target[stretch?.start ?? 0]);
    expect(starts).toEqual([20, 40]);
    expect(asked).toEqual([{ offset: 20, length: 30 }]);
  });

  it('are missing one by one', async () => {
    const frames = [frameAt('p', 20), frameAt('p', 40)];
    const { target, fetched } = fetching(frames, packOf(45));
    const [there, missing] = await fetched;
    expect(target[there?.start ?? 0]).toBe(20);
    expect(missing).toBeUndefined();
  });

  it('are not told to have failed while others are still written', async () => {
    const late = Promise.withResolvers<void>();
    const frames = [frameAt('bad', 0), frameAt('slow', 0)];
    let isWritten = false;
    const { fetched } = fetching(frames, async (name, _, target) => {
      if (name === 'bad') throw new AppError('E_STORAGE_UNAVAILABLE', 'it is gone');
      await late.promise;
      target.fill(1);
      isWritten = true;
    });
    const told = fetched.catch(() => isWritten);
    setImmediate(() => late.resolve());
    expect(await told).toBe(true);
  });
});
