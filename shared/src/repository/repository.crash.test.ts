import { describe, expect, it } from 'vitest';
import { copyPoint } from '../../test/repository/copying.ts';
import {
  anItem,
  anObject,
  aRepository,
  collected,
  opened,
  owned,
  someBytes,
  type TestRepository,
} from '../../test/repository/test-repository.ts';
import type { TestStore } from '../../test/repository/test-store.ts';
import { utf8 } from './bytes.ts';
import { checkRepository } from './check/check-repository.ts';

const contents: Readonly<Record<string, Uint8Array>> = {
  small: utf8('small'),
  medium: someBytes('medium', 150_000),
  large: someBytes('large', 1_200_000),
};

async function backUp(stored: TestRepository): Promise<void> {
  const repository = await owned(stored);
  const session = await repository.beginSession({ jobId: 'job', sessionId: 's1', attempt: 1 });
  for (const objectId of ['mailbox-1', 'mailbox-2']) {
    if (session.committedObjects.has(objectId)) continue;
    const writer = await session.object(anObject(objectId));
    for (const [itemId, content] of Object.entries(contents)) {
      await writer.putItem(anItem(itemId), content);
    }
    await writer.finish({ syncState: utf8('token'), mode: 'full', counts: {} });
    await session.commit({ done: false });
  }
  await session.commit({ done: true });
}

function on(repository: TestRepository, store: TestStore): TestRepository {
  return { ...repository, store, ports: { ...repository.ports, store } };
}

async function expectSound(stored: TestRepository): Promise<void> {
  const repository = await opened(stored);
  for await (const finding of checkRepository(repository, { readData: true })) {
    expect(finding).toBeUndefined();
  }
  for (const { jobId, pointId } of repository.restorePoints()) {
    const point = await repository.openPoint({ jobId, pointId });
    for (const objectId of point.objectIds) {
      const reader = await point.object(objectId);
      let items = 0;
      for await (const { item, content } of reader.readInPackOrder()) {
        const right = contents[item.itemId] ?? new Uint8Array();
        expect(Buffer.compare(await collected(content()), right)).toBe(0);
        items += 1;
      }
      expect(items).toBe(3);
    }
  }
}

/** Runs the work with a store that dies after each number of writes, then again to its end. */
async function dieAtEveryWrite(
  fresh: () => TestRepository,
  work: (stored: TestRepository) => Promise<unknown>,
): Promise<number> {
  for (let writes = 0; ; writes += 1) {
    const stored = fresh();
    stored.store.writesLeft = writes;
    const died = await work(stored).then(
      () => false,
      () => true,
    );
    stored.store.writesLeft = Number.POSITIVE_INFINITY;
    await expectSound(stored);
    if (!died) return writes;
    await work(stored);
    await expectSound(stored);
    expect((await opened(stored)).restorePoints().at(-1)).toMatchObject({
      complete: true,
      objects: 2,
    });
  }
}

describe('a process that dies', () => {
  it('during a backup leaves a sound repository, and the next one ends the session', async () => {
    const empty = await aRepository();
    const writes = await dieAtEveryWrite(() => on(empty, empty.store.fork()), backUp);
    expect(writes).toBeGreaterThan(8);
  });

  it('during a copy leaves a sound repository, and the next one ends the session', async () => {
    const from = await aRepository('source');
    await backUp(from);
    const to = await aRepository('target');
    const copy = (stored: TestRepository) =>
      copyPoint({ from, to: stored, pointId: 's1', storageClass: 'hot' });
    const writes = await dieAtEveryWrite(() => on(to, to.store.fork()), copy);
    expect(writes).toBeGreaterThan(6);
  });
});
