import { beforeAll, describe, expect, it } from 'vitest';
import {
  anItem,
  anObject,
  aRepository,
  opened,
  owned,
  someBytes,
  type TestRepository,
} from '../../../test/repository/test-repository.ts';
import { utf8 } from '../bytes.ts';
import { eraseObjects } from '../erase/erase-objects.ts';
import type { OpenContext } from '../open-context.ts';
import type { PackSegment } from '../pack/pack-layout.ts';
import { readFooter } from '../pack/read-footer.ts';
import { SharedSegmentKeys } from './shared-segment-keys.ts';

let stored: TestRepository;

/** Each session stores three contents of ann, which bob has too, but for the last one; then ann is erased. */
beforeAll(async () => {
  stored = await aRepository();
  const repository = await owned(stored);
  for (const sessionId of ['s1', 's2', 's3']) {
    const session = await repository.beginSession({ jobId: 'job', sessionId, attempt: 1 });
    for (const [objectId, count] of [
      ['ann', 3],
      ['bob', 2],
    ] as const) {
      const writer = await session.object(anObject(objectId));
      for (let n = 0; n < count; n += 1) {
        const name = `${sessionId} ${n}`;
        await writer.putItem(anItem(name), someBytes(name, 150_000));
      }
      await writer.finish({ syncState: utf8('token'), mode: 'incremental', counts: {} });
    }
    await session.commit({ done: true });
  }
  await eraseObjects(repository.context, { objects: ['ann'] });
});

/** By pack, in order of names. */
async function footersOf({ ports, keys }: OpenContext) {
  const footers: { readonly pack: string; readonly segments: readonly PackSegment[] }[] = [];
  for await (const { name, size } of ports.store.list('packs/')) {
    const access = { ...ports, footerKey: keys.derived.footers };
    const { segments } = await readFooter({ ...access, pack: name, length: size });
    const shared = segments.filter(({ segmentKey }) => segmentKey !== undefined);
    if (shared.length > 0) footers.push({ pack: name, segments: shared });
  }
  return footers;
}

describe('keys of shared segments whose first object was erased', () => {
  it.each([
    ['in the order of packs, all at once', 100, false],
    ['in the order of packs, one row held', 1, false],
    ['in the opposite order, one row held', 1, true],
  ])('are those that are in rows of others: %s', async (_, rowsMax, isReversed) => {
    const { context } = await opened(stored);
    const footers = await footersOf(context);
    expect(footers).toHaveLength(3);
    const keys = new SharedSegmentKeys({ context, moved: context.relocations, rowsMax });
    for (const { pack, segments } of isReversed ? footers.toReversed() : footers) {
      const found = [];
      for (const segment of segments) found.push(await keys.find(pack, segment));
      const known = found.filter((each) => each !== undefined);
      expect([segments.length, known.length]).toEqual([3, 2]);
      for (const { keyId } of known) {
        expect(await context.keys.ownerOf(keyId)).toMatchObject({ objectId: 'bob' });
      }
    }
  });
});
