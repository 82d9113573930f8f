import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  anItem,
  anObject,
  aRepository,
  collected,
  opened,
  owned,
  type TestRepository,
} from '../../../test/repository/test-repository.ts';
import { equalBytes, utf8 } from '../bytes.ts';
import type { ReadItem, ReadingOptions } from '../point/point-reader.ts';

/** Several times what is read ahead. */
const items = 90;

/** Small ones that share frames, larger ones, and some of several contents. */
function sizeOf(n: number): number {
  if (n % 30 === 0) return 2_500_000;
  return n % 3 === 0 ? 150_000 : 20_000;
}

const stored = new Map(
  Array.from({ length: items }, (_, n) => [String(n), new Uint8Array(randomBytes(sizeOf(n)))]),
);

const nothing = new Uint8Array();

let backup: TestRepository;

beforeAll(async () => {
  backup = await aRepository();
  const repository = await owned(backup);
  const session = await repository.beginSession({ jobId: 'job', sessionId: 's1', attempt: 1 });
  const writer = await session.object(anObject('mailbox-1'));
  for (const [itemId, bytes] of stored) await writer.putItem(anItem(itemId), bytes);
  await writer.finish({ syncState: utf8('token'), mode: 'full', counts: {} });
  await session.commit({ done: true });
});

async function* readAll(options?: ReadingOptions) {
  const point = await (await opened(backup)).openPoint({ jobId: 'job', pointId: 's1' });
  const reader = await point.object('mailbox-1');
  backup.store.bytesRead = 0;
  yield* reader.readInPackOrder({}, options);
}

async function expectWhole({ item, content }: ReadItem): Promise<void> {
  const isSame = equalBytes(await collected(content()), stored.get(item.itemId) ?? nothing);
  expect(isSame, item.itemId).toBe(true);
}

describe('items in the order of packs', () => {
  it('come back as they were stored, each byte read about once', async () => {
    const seen: string[] = [];
    for await (const read of readAll()) {
      await expectWhole(read);
      seen.push(read.item.itemId);
    }
    expect(seen.sort()).toEqual([...stored.keys()].sort());
    const packBytes = backup.store
      .names('packs/')
      .reduce((sum, name) => sum + backup.store.bytes(name).length, 0);
    expect(backup.store.bytesRead).toBeLessThan(1.2 * packBytes);
  });

  it('come back as they were stored when their memory is lent', async () => {
    let count = 0;
    for await (const read of readAll({ isLent: true })) {
      await expectWhole(read);
      count += 1;
    }
    expect(count).toBe(items);
  });

  it('may be passed by', async () => {
    let count = 0;
    for await (const read of readAll()) {
      count += 1;
      if (count % 7 === 0) await expectWhole(read);
    }
    expect(count).toBe(items);
  });

  it('may be read late, and in another order', async () => {
    const late: ReadItem[] = [];
    for await (const read of readAll()) late.unshift(read);
    for (const read of late) await expectWhole(read);
  });

  it('leave nothing on its way when they are left early', async () => {
    for await (const _ of readAll()) break;
    const { bytesRead } = backup.store;
    await new Promise((resolve) => setImmediate(resolve));
    expect(backup.store.bytesRead).toBe(bytesRead);
  });
});
