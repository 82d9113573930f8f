import { describe, expect, it } from 'vitest';
import { aDamagedCopy, checked } from '../../../test/repository/damaging.ts';
import { damageRuns, onStore, repaired } from '../../../test/repository/repairing.ts';
import { rotated } from '../../../test/repository/rotating.ts';
import {
  anItem,
  anObject,
  aRepository,
  collected,
  opened,
  openedPastDamage,
  owned,
  someBytes,
  type TestRepository,
} from '../../../test/repository/test-repository.ts';
import { utf8 } from '../bytes.ts';
import { eraseObjects } from '../erase/erase-objects.ts';
import { collectGarbage } from '../garbage/collect-garbage.ts';
import { readRecord } from '../object/object-record.ts';

const attachment = someBytes('attachment', 300_000);

type Items = Readonly<Record<string, Uint8Array>>;

async function backUp(
  stored: TestRepository,
  sessionId: string,
  objects: Readonly<Record<string, Items>>,
): Promise<void> {
  const repository = await owned(stored);
  const session = await repository.beginSession({ jobId: 'job', sessionId, attempt: 1 });
  for (const [objectId, items] of Object.entries(objects)) {
    const writer = await session.object(anObject(objectId));
    for (const [itemId, content] of Object.entries(items)) {
      await writer.putItem(anItem(itemId), content);
    }
    await writer.finish({ syncState: utf8('token'), mode: 'full', counts: {} });
  }
  await session.commit({ done: true });
}

/** All of them have the attachment, which the first one stored. */
async function sharedBy(...objectIds: readonly string[]): Promise<TestRepository> {
  const stored = await aRepository();
  const objects = objectIds.map((id) => [id, { item: attachment }] as const);
  await backUp(stored, 's1', Object.fromEntries(objects));
  return stored;
}

/** Of the newest record of an object, at a point. */
async function keyOf(stored: TestRepository, pointId: string, objectId: string): Promise<string> {
  const repository = await openedPastDamage(stored);
  const { ports, keys, meta } = repository.context;
  const point = await repository.openPoint({ jobId: 'job', pointId });
  const reading = { compute: ports.compute, keys, meta };
  return `keys/${(await readRecord(reading, point.stateOf(objectId))).keyId}`;
}

async function isReadable(
  stored: TestRepository,
  [pointId, objectId, itemId]: readonly [string, string, string],
): Promise<boolean> {
  const point = await (await opened(stored)).openPoint({ jobId: 'job', pointId });
  const reader = await point.object(objectId);
  const item = await reader.item(itemId);
  if (item === undefined || item.failed !== undefined) return false;
  return Buffer.compare(await collected(reader.content(item)), attachment) === 0;
}

/** No error is left, and there is nothing to do any more. */
async function expectClean(stored: TestRepository): Promise<void> {
  const found = await checked(stored);
  expect(found.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(await repaired(stored, { readData: true })).toEqual([]);
  await collectGarbage((await owned(stored)).context);
}

describe('repair of a table that names shared segments', () => {
  it('wraps their keys under the key of the object whose table it is', async () => {
    const stored = await sharedBy('ann', 'bob');
    const broken = onStore(stored, await damageRuns(stored, 'table', 'bob'));
    await repaired(broken);
    await expectClean(broken);
    await eraseObjects((await owned(broken)).context, { objects: ['ann'] });
    expect(await isReadable(broken, ['s1', 'bob', 'item'])).toBe(true);
    await expectClean(broken);
  });

  it('goes by the row of any other object when the one that stored them is gone', async () => {
    const stored = await sharedBy('ann', 'bob', 'eve');
    await eraseObjects((await owned(stored)).context, { objects: ['ann'] });
    const broken = onStore(stored, await damageRuns(stored, 'table', 'bob'));
    const told = await repaired(broken);
    expect(told.map(({ code }) => code)).not.toContain('E_REPAIR_ITEMS_LOST');
    await expectClean(broken);
    for (const objectId of ['bob', 'eve']) {
      expect(await isReadable(broken, ['s1', objectId, 'item'])).toBe(true);
    }
  });

  it('tells that they are lost when nobody else knows them', async () => {
    const stored = await sharedBy('ann', 'bob');
    await eraseObjects((await owned(stored)).context, { objects: ['ann'] });
    const broken = onStore(stored, await damageRuns(stored, 'table', 'bob'));
    const told = await repaired(broken);
    const lost = told.filter(({ code }) => code === 'E_REPAIR_ITEMS_LOST');
    expect(lost.map(({ objectId, items }) => [objectId, items])).toEqual([['bob', ['item']]]);
    expect(await isReadable(broken, ['s1', 'bob', 'item'])).toBe(false);
    await expectClean(broken);
  });

  it('finds again by others what lies under a lost key of an older epoch', async () => {
    const first = await sharedBy('ann', 'bob');
    const lostKey = await keyOf(first, 's1', 'ann');
    const stored = { ...first, rootKey: await rotated(first, first.rootKey) };
    const small = utf8('small');
    // So much that the catalog is written anew, under the newer key.
    await backUp(stored, 's2', { ann: { b: small, c: small, d: small } });
    const broken = aDamagedCopy(stored, (store) => store.blobs.delete(lostKey));
    await repaired(broken);
    await expectClean(broken);
    expect(await isReadable(broken, ['s2', 'ann', 'item'])).toBe(true);
    await eraseObjects((await owned(broken)).context, { objects: ['bob'] });
    expect(await isReadable(broken, ['s2', 'ann', 'item'])).toBe(true);
  });
});
