import { describe, expect, it } from 'vitest';
import {
  anItem,
  anObject,
  aRepository,
  owned,
  someBytes,
} from '../../../test/repository/test-repository.ts';
import { toHex } from '../bytes.ts';
import { itemKey } from '../catalog/catalog-keys.ts';
import { mergeLevels } from '../run/merge-levels.ts';
import type { Levels } from '../run/run-layout.ts';
import { DraftMemory } from './draft-memory.ts';
import { ObjectDraft } from './object-draft.ts';

const items = 4_000;
const segment = 'ab'.repeat(16);

/** A draft that has room for about a hundred rows. */
async function aDraft() {
  const repository = await owned(await aRepository());
  const session = await repository.beginSession({ jobId: 'job', sessionId: 's', attempt: 1 });
  const { ports, keys, relocations } = repository.context;
  const { objectId } = anObject('mailbox');
  const key = await keys.createObjectKey(objectId);
  const { meta } = session.packs;
  const memory = new DraftMemory(100_000);
  const options = { ports, keys, relocations, objectId, key, meta, memory, olderKeyIds: [] };
  return ObjectDraft.open({ ...options, previous: undefined });
}

function contentIdOf(n: number): string {
  return toHex(someBytes(`content ${n}`, 32));
}

async function put(draft: ObjectDraft, n: number, changes = {}): Promise<void> {
  const contentId = contentIdOf(n);
  const row = { ...anItem(`item-${n}`, changes), content: [contentId] };
  await draft.putRow(itemKey(row.itemId), row);
  const address = { segment, frame: n, frameOffset: 0, frameLength: 1, offset: 0, length: 1 };
  await draft.putAddress(contentId, address);
}

async function countOf(draft: ObjectDraft, kind: 'catalog' | 'index', levels: Levels) {
  let entries = 0;
  for await (const _ of mergeLevels(draft.readers[kind], levels)) entries += 1;
  return entries;
}

describe('a draft with far more rows than it may hold in memory', () => {
  it('is merged into one level, with the newest of each row, and counts them', async () => {
    const draft = await aDraft();
    draft.putPlace(segment, { pack: 'p', offset: 8, length: 9, keyId: 'k', packLength: 0 });
    for (let n = 0; n < items; n += 1) await put(draft, n);
    for (let n = 0; n < items; n += 100) await put(draft, n, { name: 'changed' });
    for (let n = 1; n < items; n += 2) await draft.removeRow(itemKey(`item-${n}`));
    expect((await draft.item('item-100'))?.name).toBe('changed');
    expect(await draft.item('item-1')).toBeUndefined();
    expect((await draft.address(contentIdOf(7)))?.frame).toBe(7);
    const finished = await draft.finish();
    expect(finished.counts.items).toBe(items / 2);
    expect([finished.catalog, finished.index, finished.table].map(({ length }) => length)).toEqual([
      1, 1, 1,
    ]);
    expect(await countOf(draft, 'catalog', finished.catalog)).toBe(items / 2);
    expect(await countOf(draft, 'index', finished.index)).toBe(items);
  });
});
