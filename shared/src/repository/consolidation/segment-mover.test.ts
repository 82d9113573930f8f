import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { onStore } from '../../../test/repository/repairing.ts';
import {
  anItem,
  anObject,
  aRepository,
  owned,
  type TestRepository,
} from '../../../test/repository/test-repository.ts';
import { TestStore } from '../../../test/repository/test-store.ts';
import { utf8 } from '../bytes.ts';
import { openState } from '../check/check-objects.ts';
import { newestPoint } from '../log/state.ts';
import { referencedPlaces } from '../object/referenced-packs.ts';
import type { Blob, ByteRange } from '../ports.ts';
import type { Repository } from '../repository.ts';
import { SessionPacks } from '../session/session-packs.ts';
import { type LiveSegment, SegmentMover } from './segment-mover.ts';

const megabyte = 1024 * 1024;

class MeasuringStore extends TestStore {
  readonly ranges: number[] = [];

  override get(name: string, range?: ByteRange): Promise<Blob> {
    if (name.startsWith('packs/') && range !== undefined) this.ranges.push(range.length);
    return super.get(name, range);
  }
}

/** One object with a segment of its own of about so many bytes, in one pack. */
async function aLargeSegment(bytes: number): Promise<TestRepository> {
  const stored = await aRepository();
  const repository = await owned(stored);
  const session = await repository.beginSession({ jobId: 'job', sessionId: 's1', attempt: 1 });
  const writer = await session.object(anObject('mailbox-1'));
  const itemBytes = 60_000;
  for (let n = 0; n * itemBytes < bytes; n += 1) {
    await writer.putItem(anItem(`item-${n}`), randomBytes(itemBytes));
  }
  await writer.finish({ syncState: utf8('token'), mode: 'full', counts: {} });
  await session.commit({ done: true });
  return stored;
}

async function liveSegments({ context }: Repository): Promise<readonly LiveSegment[]> {
  const objectId = 'mailbox-1';
  const root = newestPoint(context.log.state, 'job', objectId)?.root ?? '';
  const { record, readers } = await openState(context, root);
  const live: LiveSegment[] = [];
  for await (const [segment, place] of referencedPlaces(record, readers)) {
    live.push({ segment, place, objectId });
  }
  return live;
}

function moverOf({ context }: Repository): SegmentMover {
  const { ports, keys } = context;
  const session = { sessionId: 'maintenance-1', attempt: 1, epoch: 1 };
  const packs = new SessionPacks({ ports, keys, ...session });
  return new SegmentMover(context, packs, { storageClass: 'hot', packBytes: 99 * megabyte });
}

describe('moving a large segment', () => {
  let stored: TestRepository;
  beforeAll(async () => {
    stored = await aLargeSegment(10 * megabyte);
  });

  it('holds a few megabytes of it at once, and keeps every byte', async () => {
    const store = stored.store.forkInto(new MeasuringStore());
    const repository = await owned(onStore(stored, store));
    const [live] = await liveSegments(repository);
    if (live === undefined) throw new Error('nothing is stored');
    const { pack, offset, length } = live.place;
    expect(length).toBeGreaterThan(9 * megabyte);
    const mover = moverOf(repository);
    await mover.move(live, store.bytes(pack).length);
    const to = (await mover.finish()).get(live.segment);
    expect(to?.length).toBe(length);
    expect(Math.max(...store.ranges)).toBeLessThanOrEqual(4 * megabyte);
    const moved = store.bytes(to?.pack ?? '').subarray(to?.offset, (to?.offset ?? 0) + length);
    const before = store.bytes(pack).subarray(offset, offset + length);
    expect(Buffer.compare(moved, before)).toBe(0);
  });

  it('leaves one that is cut off where it is', async () => {
    const repository = await owned(onStore(stored, stored.store.fork()));
    const [live] = await liveSegments(repository);
    if (live === undefined) throw new Error('nothing is stored');
    const mover = moverOf(repository);
    const { place } = live;
    const size = stored.store.bytes(place.pack).length;
    await mover.move({ ...live, place: { ...place, offset: size - 1_000 } }, size);
    expect(await mover.finish()).toEqual(new Map());
  });
});
