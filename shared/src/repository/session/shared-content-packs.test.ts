import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  anItem,
  anObject,
  aRepository,
  opened,
  owned,
  type TestRepository,
} from '../../../test/repository/test-repository.ts';
import { sum, utf8 } from '../bytes.ts';
import { openState } from '../check/check-objects.ts';
import { newestPoint } from '../log/state.ts';
import { referencedPlaces } from '../object/referenced-packs.ts';
import { isSharedPlace } from '../object/segment-place.ts';
import { composableRuns, type NeededSegment } from '../repack/composable-runs.ts';
import type { StoredSession } from './stored-session.ts';

const megabyte = 1024 * 1024;

/** Files of a megabyte, which nobody else has. */
async function putFiles(session: StoredSession, objectId: string, count: number) {
  const writer = await session.object(anObject(objectId));
  for (let n = 0; n < count; n += 1) {
    await writer.putItem(anItem(`file-${n}`), randomBytes(megabyte));
  }
  await writer.finish({ syncState: utf8('token'), mode: 'full', counts: {} });
}

/** All objects at the same time. */
async function backedUp(fileCounts: Readonly<Record<string, number>>): Promise<TestRepository> {
  const stored = await aRepository();
  const repository = await owned(stored);
  const session = await repository.beginSession({ jobId: 'job', sessionId: 's1', attempt: 1 });
  const putting = Object.entries(fileCounts).map(([objectId, count]) =>
    putFiles(session, objectId, count),
  );
  await Promise.all(putting);
  await session.commit({ done: true });
  return stored;
}

async function sharedSegments(
  stored: TestRepository,
  objectId: string,
): Promise<readonly NeededSegment[]> {
  const { context } = await opened(stored);
  const root = newestPoint(context.log.state, 'job', objectId)?.root ?? '';
  const { record, readers } = await openState(context, root);
  const segments: NeededSegment[] = [];
  for await (const [segment, place] of referencedPlaces(record, readers)) {
    if (!isSharedPlace(place)) continue;
    segments.push({ ...place, segment, neededBytes: place.length });
  }
  return segments;
}

function bytesOf(parts: Iterable<{ readonly length: number }>): number {
  return sum([...parts].map(({ length }) => length));
}

describe('what objects of a session share', () => {
  it('lies in long stretches when an object stores much of it, beside others that do', async () => {
    const stored = await backedUp({ a: 17, b: 20 });
    for (const objectId of ['a', 'b']) {
      const segments = await sharedSegments(stored, objectId);
      const bytes = bytesOf(segments);
      expect(bytes).toBeGreaterThanOrEqual(16 * megabyte);
      expect(bytesOf(composableRuns(segments)) / bytes, objectId).toBeGreaterThan(0.9);
    }
  });

  it('lies in common packs when objects store little of it', async () => {
    const few = Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`mailbox-${n}`, 1]));
    const stored = await backedUp(few);
    expect(stored.store.names('packs/').length).toBeLessThanOrEqual(4);
  });

  it('does not need a pack of its own for each object that stores more', async () => {
    const stored = await aRepository();
    const repository = await owned(stored);
    const session = await repository.beginSession({ jobId: 'job', sessionId: 's1', attempt: 1 });
    for (let n = 0; n < 8; n += 1) await putFiles(session, `mailbox-${n}`, 3);
    await session.commit({ done: true });
    // 16 MB of their own, in packs of 5 MiB at least, and the common one.
    expect(stored.store.names('packs/').length).toBeLessThanOrEqual(4);
  });
});
