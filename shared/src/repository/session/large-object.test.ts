import { describe, expect, it } from 'vitest';
import {
  anItem,
  anObject,
  aRepository,
  collected,
  opened,
  owned,
} from '../../../test/repository/test-repository.ts';
import { utf8 } from '../bytes.ts';
import { checkRepository } from '../check/check-repository.ts';

const count = 20_000;

describe('an object with more rows than are kept in memory', () => {
  it('is written in runs that are merged, and changes cost little afterwards', async () => {
    const stored = await aRepository();
    const repository = await owned(stored);
    const properties = { note: 'x'.repeat(1_000) };
    const first = await repository.beginSession({ jobId: 'job', sessionId: 's1', attempt: 1 });
    const full = await first.object(anObject('mailbox-1'));
    for (let n = 0; n < count; n += 1) {
      await full.putItem(anItem(`item-${n}`, { properties }), utf8(`mail ${n}`));
    }
    await full.finish({ syncState: utf8('1'), mode: 'full', counts: {} });
    await first.commit({ done: true });

    const bytesBefore = stored.store
      .names()
      .reduce((sum, name) => sum + stored.store.bytes(name).length, 0);
    const writesBefore = stored.store.writes.length;
    const second = await repository.beginSession({ jobId: 'job', sessionId: 's2', attempt: 1 });
    const changed = await second.object(anObject('mailbox-1'));
    await changed.putItem(anItem('item-7', { properties }), utf8('changed'));
    await changed.removeItem('item-8');
    await changed.finish({ syncState: utf8('2'), mode: 'incremental', counts: {} });
    await second.commit({ done: true });
    const bytesAfter = stored.store
      .names()
      .reduce((sum, name) => sum + stored.store.bytes(name).length, 0);
    expect(bytesAfter - bytesBefore).toBeLessThan(20_000);
    expect(stored.store.writes.length - writesBefore).toBe(4);

    const reader = await opened(stored);
    const object = await (await reader.openPoint({ jobId: 'job', pointId: 's2' })).object(
      'mailbox-1',
    );
    expect(object.object.items).toBe(count - 1);
    let items = 0;
    let previous = '';
    for await (const { itemId } of object.items()) {
      expect(itemId > previous).toBe(true);
      previous = itemId;
      items += 1;
    }
    expect(items).toBe(count - 1);
    for (const [itemId, text] of [
      ['item-7', 'changed'],
      ['item-19999', 'mail 19999'],
    ] as const) {
      const item = await object.item(itemId);
      const content = item && (await collected(object.content(item)));
      expect(Buffer.from(content ?? []).toString()).toBe(text);
    }
    for await (const finding of checkRepository(reader, { readData: true })) {
      expect(finding).toBeUndefined();
    }
  });
});
