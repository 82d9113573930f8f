import { describe, expect, it } from 'vitest';
import { toHex } from '../bytes.ts';
import type { SharedChunkIndex } from './shared-chunk-index.ts';
import type { SharedChunk } from './shared-chunks.ts';

export interface IndexUnderTest {
  readonly index: SharedChunkIndex;
  close(): Promise<void>;
}

/** What each index of shared contents must do. */
export function describeSharedChunkIndex(name: string, make: () => Promise<IndexUnderTest>): void {
  const withIndex = async (run: (index: SharedChunkIndex) => Promise<void>) => {
    const { index, close } = await make();
    try {
      await run(index);
    } finally {
      await close();
    }
  };

  describe(name, () => {
    it('finds what was added, as it was added', () =>
      withIndex(async (index) => {
        const chunks = Array.from({ length: 1_000 }, (_, n) => aChunk(n, n % 7));
        await index.add(chunks);
        for (const chunk of chunks) expect(await findOne(index, chunk.contentId)).toEqual(chunk);
        for (let n = 1_000; n < 3_000; n += 1) {
          expect(await findOne(index, aChunk(n, 0).contentId)).toBeUndefined();
        }
      }));

    it('knows the newest place of a content', () =>
      withIndex(async (index) => {
        await index.add([aChunk(1, 1)]);
        await index.add([aChunk(1, 2)]);
        expect(await findOne(index, aChunk(1, 2).contentId)).toEqual(aChunk(1, 2));
      }));

    it('knows the newest place of a segment', () =>
      withIndex(async (index) => {
        const before = aChunk(1, 1);
        const place = { ...before.place, pack: 'packs/1-other-1-x', offset: 99 };
        await index.add([before, aChunk(2, 2)]);
        await index.add([{ ...before, place }]);
        expect(await findOne(index, before.contentId)).toEqual({ ...before, place });
        await index.forgetPacks([before.place.pack]);
        expect(await findOne(index, before.contentId)).toEqual({ ...before, place });
      }));

    it('knows a segment as the object says that told of it last', () =>
      withIndex(async (index) => {
        const before = aChunk(1, 1);
        await index.add([before, aChunk(2, 1)]);
        const place = { ...before.place, ...aKeyOf('object-2') };
        await index.add([{ ...before, place }]);
        expect(await findOne(index, before.contentId)).toEqual({ ...before, place });
        const neighbour = await findOne(index, aChunk(2, 1).contentId);
        // The same segment: either object's key opens it.
        expect([before.place, place]).toContainEqual(neighbour?.place);
      }));

    it('forgets packs, and takes in again what is stored anew', () =>
      withIndex(async (index) => {
        await index.add([aChunk(1, 1), aChunk(2, 2), aChunk(3, 1)]);
        await index.forgetPacks([aChunk(1, 1).place.pack, 'packs/1-unknown-1-x']);
        expect(await findOne(index, aChunk(1, 1).contentId)).toBeUndefined();
        expect(await findOne(index, aChunk(3, 1).contentId)).toBeUndefined();
        expect(await findOne(index, aChunk(2, 2).contentId)).toEqual(aChunk(2, 2));
        await index.add([aChunk(1, 4)]);
        expect(await findOne(index, aChunk(1, 4).contentId)).toEqual(aChunk(1, 4));
      }));

    it('keeps its mark until it is cleared', () =>
      withIndex(async (index) => {
        expect(await index.mark()).toBeUndefined();
        await index.setMark({ epoch: 3, reconciledTo: 17 });
        await index.setMark({ epoch: 4, reconciledTo: 18 });
        await index.add([aChunk(1, 1)]);
        expect(await index.mark()).toEqual({ epoch: 4, reconciledTo: 18 });
        await index.clear();
        expect(await index.mark()).toBeUndefined();
        expect(await findOne(index, aChunk(1, 1).contentId)).toBeUndefined();
        await index.add([aChunk(1, 1)]);
        expect(await findOne(index, aChunk(1, 1).contentId)).toEqual(aChunk(1, 1));
      }));

    it('finds many in one question, and tells nothing of those that it does not know', () =>
      withIndex(async (index) => {
        const known = Array.from({ length: 20 }, (_, n) => aChunk(n, n % 3));
        await index.add(known);
        const unknown = Array.from({ length: 20 }, (_, n) => aChunk(100 + n, 1));
        await index.forgetPacks([aChunk(0, 0).place.pack]);
        const asked = [...known, ...unknown].map(({ contentId }) => contentId);
        const left = known.filter(({ place }) => place.pack !== aChunk(0, 0).place.pack);
        const expected = new Map(left.map((chunk) => [chunk.contentId, chunk]));
        expect(await index.find(asked)).toEqual(expected);
        expect(await index.find([])).toEqual(new Map());
        expect(await index.find(unknown.map(({ contentId }) => contentId))).toEqual(new Map());
      }));

    it('answers many questions at once', () =>
      withIndex(async (index) => {
        const chunks = Array.from({ length: 300 }, (_, n) => aChunk(n, n));
        await Promise.all(chunks.map((chunk) => index.add([chunk])));
        const found = await Promise.all(chunks.map(({ contentId }) => findOne(index, contentId)));
        expect(found).toEqual(chunks);
      }));
  });
}

/** Asks for one content alone. */
export async function findOne(
  index: SharedChunkIndex,
  contentId: string,
): Promise<SharedChunk | undefined> {
  return (await index.find([contentId])).get(contentId);
}

/** The n-th content, in the segment and pack of that number. */
export function aChunk(n: number, segment: number): SharedChunk {
  const numbers = { frame: n, frameOffset: n * 1_000, frameLength: 1_000, offset: 3, length: 900 };
  return {
    contentId: toHex(idOf(n, 32)),
    address: { segment: toHex(idOf(segment, 16)), ...numbers },
    place: {
      pack: `packs/1-session-1-${segment}`,
      offset: segment * 10,
      length: 5_000_000_000,
      packLength: 0,
      ...aKeyOf('object-1'),
    },
  };
}

/** As the row of an object says it. */
function aKeyOf(objectId: string) {
  return { keyId: `key-of-${objectId}`, segmentKey: `wrapped-for-${objectId}` };
}

/** Spread as random ids are. */
function idOf(n: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = n + 1;
  for (let at = 0; at < length; at += 1) {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9;
    bytes[at] = state >>> 24;
  }
  return bytes;
}
