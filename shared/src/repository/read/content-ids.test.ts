import { describe, expect, it } from 'vitest';
import { copyPoint } from '../../../test/repository/copying.ts';
import { checked } from '../../../test/repository/damaging.ts';
import {
  anItem,
  anObject,
  aRepository,
  collected,
  opened,
  owned,
  type TestRepository,
} from '../../../test/repository/test-repository.ts';
import type { BatchCompute } from '../batch-compute.ts';
import { utf8 } from '../bytes.ts';
import type { ObjectReader } from '../point/point-reader.ts';

/** Gives two contents that are named together each the id of the other: they have one frame. */
function swapping(batches: BatchCompute): BatchCompute {
  return {
    ...batches,
    contentIds: async (...args) => {
      const [first, second, ...others] = await batches.contentIds(...args);
      return first === undefined || second === undefined
        ? [first, second, ...others].filter((id) => id !== undefined)
        : [second, first, ...others];
    },
  };
}

const contents = { one: 'what one says', other: 'and the other', third: 'a third that is right' };

/** A repository in which the ids of `one` and `other` lead to each other's content. */
async function aRepositoryGoneWrong(): Promise<TestRepository> {
  const stored = await aRepository('source');
  const { compute } = stored.ports;
  const wrong = { ...compute, batches: swapping(compute.batches) };
  const repository = await owned({ ...stored, ports: { ...stored.ports, compute: wrong } });
  const session = await repository.beginSession({ jobId: 'job', sessionId: 's1', attempt: 1 });
  const writer = await session.object(anObject('mailbox-1'));
  for (const [itemId, text] of Object.entries(contents)) {
    await writer.putItem(anItem(itemId), utf8(text));
  }
  await writer.finish({ syncState: utf8('token'), mode: 'full', counts: {} });
  await session.commit({ done: true });
  return stored;
}

async function readerOf(stored: TestRepository): Promise<ObjectReader> {
  const point = await (await opened(stored)).openPoint({ jobId: 'job', pointId: 's1' });
  return point.object('mailbox-1');
}

describe('an address that leads to another content of a sound frame', () => {
  it('is damage of the item that is read in the order of packs, and of no other', async () => {
    const reader = await readerOf(await aRepositoryGoneWrong());
    const read: Record<string, unknown> = {};
    for await (const { item, failure, content } of reader.readInPackOrder()) {
      read[item.itemId] = failure ?? Buffer.from(await collected(content())).toString();
    }
    expect(read).toMatchObject({
      one: { code: 'E_REPOSITORY_DAMAGED', context: { itemIds: 'one', objectId: 'mailbox-1' } },
      other: { code: 'E_REPOSITORY_DAMAGED', context: { itemIds: 'other' } },
      third: contents.third,
    });
  });

  it('is damage of an item that is read alone, or a range of it', async () => {
    const reader = await readerOf(await aRepositoryGoneWrong());
    const item = anItem('one');
    const row = (await reader.item('one')) ?? { ...item, content: [] };
    const failure = { code: 'E_REPOSITORY_DAMAGED', context: { itemIds: 'one' } };
    await expect(collected(reader.content(row))).rejects.toMatchObject(failure);
    const range = { offset: 1, length: 2 };
    await expect(collected(reader.content(row, range))).rejects.toMatchObject(failure);
  });

  it('is found by a check that reads data', async () => {
    const found = await checked(await aRepositoryGoneWrong());
    expect(found).toMatchObject([{ code: 'E_PACK_DAMAGED', objectId: 'mailbox-1' }]);
    expect(found[0]?.message).toContain('does not match its id');
  });

  it('is not copied, and told', async () => {
    const from = await aRepositoryGoneWrong();
    const { damaged } = await copyPoint({ from, to: await aRepository('copy'), pointId: 's1' });
    expect(damaged.flatMap(({ itemIds }) => itemIds).sort()).toEqual(['one', 'other']);
  });
});
