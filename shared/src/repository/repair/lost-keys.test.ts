import { describe, expect, it } from 'vitest';
import {
  aDamagedCopy,
  aStoredBackup,
  checked,
  contentOf,
  flipped,
} from '../../../test/repository/damaging.ts';
import { repaired, shownBy } from '../../../test/repository/repairing.ts';
import { rotated } from '../../../test/repository/rotating.ts';
import {
  anItem,
  anObject,
  aRepository,
  collected,
  opened,
  openedPastDamage,
  owned,
  type TestRepository,
} from '../../../test/repository/test-repository.ts';
import { utf8 } from '../bytes.ts';
import type { Finding } from '../check/finding.ts';
import { collectGarbage } from '../garbage/collect-garbage.ts';
import { keyIdsOf, readRecordOrLost } from '../object/object-record.ts';

const lost = 'E_OBJECT_STATE_LOST';

/** Names of the keys of an object at a point, the newest first. */
async function keysOf(
  stored: TestRepository,
  pointId: string,
  objectId: string,
): Promise<readonly string[]> {
  const repository = await openedPastDamage(stored);
  const point = await repository.openPoint({ jobId: 'job', pointId });
  const { ports, keys, meta } = repository.context;
  const reading = { compute: ports.compute, keys, meta };
  const record = await readRecordOrLost(reading, point.stateOf(objectId));
  return keyIdsOf(record).map((id) => `keys/${id}`);
}

function damagedAt(stored: TestRepository, name: string): TestRepository {
  return aDamagedCopy(stored, (store) => store.set(name, flipped(store.bytes(name), 40)));
}

function without(stored: TestRepository, name: string): TestRepository {
  return aDamagedCopy(stored, (store) => store.blobs.delete(name));
}

async function backUp(
  stored: TestRepository,
  sessionId: string,
  items: readonly string[],
): Promise<void> {
  const repository = await owned(stored);
  const session = await repository.beginSession({ jobId: 'job', sessionId, attempt: 1 });
  const writer = await session.object(anObject('mailbox-1'));
  for (const itemId of items) await writer.putItem(anItem(itemId), utf8(`${itemId} ${sessionId}`));
  await writer.finish({ syncState: utf8('token'), mode: 'incremental', counts: {} });
  await session.commit({ done: true });
}

/** s1 lies under a key of the first epoch, what s2 adds under one of the second. */
async function overTwoEpochs(
  first: readonly string[],
  second: readonly string[],
): Promise<TestRepository> {
  const stored = await aRepository();
  await backUp(stored, 's1', first);
  const rotatedTo = { ...stored, rootKey: await rotated(stored, stored.rootKey) };
  await backUp(rotatedTo, 's2', second);
  return rotatedTo;
}

const shown = async (stored: TestRepository, pointId: string) =>
  shownBy(await opened(stored), { jobId: 'job', pointId });

const errorsOf = (found: readonly Finding[]) =>
  found.filter(({ severity }) => severity === 'error');

/** No error is left, and there is nothing to do any more. */
async function expectClean(stored: TestRepository): Promise<void> {
  expect(errorsOf(await checked(stored))).toEqual([]);
  expect(await repaired(stored, { readData: true })).toEqual([]);
  await collectGarbage((await owned(stored)).context);
}

describe('repair of lost keys', () => {
  it.each([
    ['gone', (stored: TestRepository, name: string) => without(stored, name)],
    ['damaged', damagedAt],
  ])('marks the states of an object whose only key is %s', async (_, damage) => {
    const stored = await aStoredBackup(2);
    const [name = ''] = await keysOf(stored, 's2', 'mailbox-1');
    const broken = damage(stored, name);
    expect(JSON.stringify(errorsOf(await checked(broken)))).toContain(name);
    const told = await repaired(broken);
    expect(told.map(({ code, objectId, points }) => [code, objectId, points])).toEqual([
      [lost, 'mailbox-1', ['job/s1']],
      [lost, 'mailbox-1', ['job/s2']],
    ]);
    expect(told[0]?.message).toContain(name);
    await expectClean(broken);
    const point = await (await opened(broken)).openPoint({ jobId: 'job', pointId: 's2' });
    await expect(point.object('mailbox-1')).rejects.toMatchObject({ code: lost });
    expect(await point.object('mailbox-2')).toBeDefined();
  });

  it('lets the next backup begin anew, under a new key', async () => {
    const stored = await aStoredBackup(1);
    const [name = ''] = await keysOf(stored, 's1', 'mailbox-1');
    const broken = without(stored, name);
    await repaired(broken);
    await backUp(broken, 's2', ['again']);
    expect(Object.keys(await shown(broken, 's2'))).toContain('mailbox-1/again');
    expect(await keysOf(broken, 's2', 'mailbox-1')).not.toContain(name);
    await expectClean(broken);
  });

  it('keeps what lies under the newer key when that of an older epoch is lost', async () => {
    const stored = await overTwoEpochs(['a', 'b', 'c'], ['d']);
    const [, older = ''] = await keysOf(stored, 's2', 'mailbox-1');
    const broken = without(stored, older);
    const told = await repaired(broken);
    expect(told.map(({ code, points }) => [code, points])).toContainEqual([lost, ['job/s1']]);
    await expectClean(broken);
    expect(Object.keys(await shown(broken, 's2'))).toEqual(['mailbox-1', 'mailbox-1/d']);
  });

  it('keeps what lies under the older key when the newer one is lost', async () => {
    const stored = await overTwoEpochs(['a', 'b', 'c'], ['d']);
    const [newer = ''] = await keysOf(stored, 's2', 'mailbox-1');
    const broken = without(stored, newer);
    await repaired(broken);
    await expectClean(broken);
    const before = await shown(stored, 's1');
    expect(await shown(broken, 's1')).toEqual(before);
    expect(await shown(broken, 's2')).toEqual(before);
  });

  it('names the items that lie under a lost key where the catalog can still tell', async () => {
    const stored = await overTwoEpochs(['a', 'b'], ['b', 'c', 'd']);
    const [older = ''] = await keysOf(stored, 's1', 'mailbox-1');
    const broken = without(stored, older);
    expect(
      errorsOf(await checked(broken, { readData: false })).map(({ items }) => items),
    ).toContainEqual(['a']);
    const told = await repaired(broken);
    const items = told.filter(({ code }) => code === 'E_REPAIR_ITEMS_LOST');
    expect(items.map((each) => [each.items, each.points])).toEqual([[['a'], ['job/s2']]]);
    await expectClean(broken);
    expect(await shown(broken, 's2')).toMatchObject({ 'mailbox-1/a': 'E_ITEM_NOT_STORED' });
  });

  it('leaves shared contents to the others when the object that stored them has lost its key', async () => {
    const stored = await aStoredBackup(2);
    const [name = ''] = await keysOf(stored, 's1', 'mailbox-1');
    const broken = without(stored, name);
    const found = errorsOf(await checked(broken));
    expect(new Set(found.map(({ objectId }) => objectId))).toEqual(new Set(['mailbox-1']));
    const told = await repaired(broken, { readData: true });
    expect(new Set(told.map(({ objectId }) => objectId))).toEqual(new Set(['mailbox-1']));
    await expectClean(broken);
    const point = await (await opened(broken)).openPoint({ jobId: 'job', pointId: 's2' });
    const reader = await point.object('mailbox-2');
    const item = await reader.item('medium');
    const bytes = item && (await collected(reader.content(item)));
    expect(Buffer.compare(bytes ?? new Uint8Array(), contentOf('mailbox-2', 'medium'))).toBe(0);
  });

  it.each([
    ['gone', without],
    ['damaged', damagedAt],
  ])(
    'lets shared contents be stored again when the keys of all who had them are %s',
    async (_, damage) => {
      const stored = await aStoredBackup(1);
      const names = await Promise.all(
        ['mailbox-1', 'mailbox-2'].map((id) => keysOf(stored, 's1', id)),
      );
      const broken = names.flat().reduce(damage, stored);
      await repaired(broken);
      for (const [sessionId, objectId] of [
        ['s2', 'mailbox-3'],
        ['s3', 'mailbox-4'],
      ] as const) {
        const session = await (await owned(broken)).beginSession({
          ...{ jobId: 'job', sessionId, attempt: 1 },
        });
        const writer = await session.object(anObject(objectId));
        await writer.putItem(anItem('medium'), contentOf(objectId, 'medium'));
        await writer.finish({ syncState: utf8('token'), mode: 'full', counts: {} });
        await session.commit({ done: true });
      }
      const point = await (await opened(broken)).openPoint({ jobId: 'job', pointId: 's3' });
      for (const objectId of ['mailbox-3', 'mailbox-4']) {
        const reader = await point.object(objectId);
        const item = await reader.item('medium');
        const bytes = item && (await collected(reader.content(item)));
        expect(Buffer.compare(bytes ?? new Uint8Array(), contentOf(objectId, 'medium'))).toBe(0);
      }
      await expectClean(broken);
    },
  );
});
