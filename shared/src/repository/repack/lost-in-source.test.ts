import { beforeEach, describe, expect, it } from 'vitest';
import { copyPoint } from '../../../test/repository/copying.ts';
import { checked } from '../../../test/repository/damaging.ts';
import {
  damageRuns,
  onStore,
  repaired,
  type Shown,
  shownBy,
} from '../../../test/repository/repairing.ts';
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
import type { NewItem } from '../session/repository-session.ts';

/** One content, in a pack of its own. */
const large = someBytes('large', 900_000);

interface Backup {
  readonly items: Readonly<Record<string, Uint8Array>>;
  readonly removed?: readonly string[];
  readonly changes?: Partial<NewItem>;
}

async function backUp(from: TestRepository, sessionId: string, backup: Backup): Promise<void> {
  const { items, removed = [], changes } = backup;
  const repository = await owned(from);
  const session = await repository.beginSession({ jobId: 'job', sessionId, attempt: 1 });
  const writer = await session.object(anObject('mailbox'));
  for (const [itemId, content] of Object.entries(items)) {
    await writer.putItem(anItem(itemId, changes), content);
  }
  for (const itemId of removed) await writer.removeItem(itemId);
  await writer.finish({ syncState: utf8('token'), mode: 'incremental', counts: {} });
  await session.commit({ done: true });
}

/** Loses the pack that has the large item, and marks it in all points. */
async function loseLarge({ store, ...rest }: TestRepository): Promise<void> {
  const pack = store.names('packs/').find((name) => store.bytes(name).length > 900_000);
  store.blobs.delete(pack ?? '');
  const told = await repaired({ store, ...rest });
  expect(told.map(({ code, items }) => [code, items])).toEqual([
    ['E_REPAIR_ITEMS_LOST', ['large']],
  ]);
}

async function copied(to: TestRepository, pointId: string): Promise<Shown> {
  return shownBy(await opened(to), { jobId: 'copy', pointId: `copy-${pointId}` });
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const lost = 'E_ITEM_NOT_STORED';

describe('a copy of what the source has lost since the copy before', () => {
  let from: TestRepository;
  let to: TestRepository;
  const copy = (pointId: string) => copyPoint({ from, to, pointId, storageClass: 'hot' });

  beforeEach(async () => {
    from = await aRepository('source');
    to = await aRepository('target');
    await backUp(from, 's1', { items: { large, small: utf8('small') } });
    await copy('s1');
  });

  it('keeps the item that it has, until the source has it again', async () => {
    await backUp(from, 's2', { items: { new: utf8('new') } });
    await loseLarge(from);
    await copy('s2');
    const shown = await copied(to, 's2');
    expect(shown).toMatchObject({ 'mailbox/large': hex(large), 'mailbox/new': hex(utf8('new')) });
    await backUp(from, 's3', { items: { large } });
    await copy('s3');
    expect(await copied(to, 's3')).toEqual(shown);
    expect((await checked(to)).filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  it('does not take it for a change, and shows it where it was moved to', async () => {
    await backUp(from, 's2', { items: { new: utf8('new') } });
    await copy('s2');
    await loseLarge(from);
    await backUp(from, 's3', { items: { new: utf8('newer') } });
    expect((await copy('s3')).finished).toMatchObject([{ items: 1 }]);
    const session = await (await owned(from)).beginSession({
      ...{ jobId: 'job', sessionId: 's4', attempt: 1 },
    });
    const writer = await session.object(anObject('mailbox'));
    await writer.moveItem(anItem('large', { folderId: 'archive' }));
    await writer.finish({ syncState: utf8('token'), mode: 'incremental', counts: {} });
    await session.commit({ done: true });
    await copy('s4');
    expect(await copied(to, 's4')).toMatchObject({ 'mailbox/large': hex(large) });
    const point = await (await opened(to)).openPoint({ jobId: 'copy', pointId: 'copy-s4' });
    const object = await point.object('mailbox');
    expect(object.object.failedItems).toBe(0);
    const item = await object.item('large');
    expect([item?.folderId, item?.failed]).toEqual(['archive', undefined]);
  });

  it('keeps the state before of an item that had changed, and says that it is not the newest', async () => {
    const changed = someBytes('changed', 910_000);
    const changes = { changeKey: 'key-2', name: 'Changed' };
    await backUp(from, 's2', { items: { large: changed }, changes });
    for (const name of from.store.names('packs/')) from.store.blobs.delete(name);
    await repaired(from);
    await copy('s2');
    const point = await (await opened(to)).openPoint({ jobId: 'copy', pointId: 'copy-s2' });
    const item = await (await point.object('mailbox')).item('large');
    expect(item).toMatchObject({ changeKey: 'key-1', failed: { code: 'E_REPOSITORY_DAMAGED' } });
    expect(await copied(to, 's2')).toMatchObject({ 'mailbox/large': hex(large) });
    await backUp(from, 's3', { items: { large: changed }, changes });
    await copy('s3');
    expect(await copied(to, 's3')).toMatchObject({ 'mailbox/large': hex(changed) });
  });

  it('still removes what was removed, and says of what it never had that it is lost', async () => {
    await backUp(from, 's2', {
      items: { other: someBytes('other', 910_000) },
      removed: ['large'],
    });
    for (const name of from.store.names('packs/')) from.store.blobs.delete(name);
    await repaired(from);
    await copy('s2');
    expect(await copied(to, 's2')).toEqual({
      mailbox: 'Mailbox mailbox',
      'mailbox/small': hex(utf8('small')),
      'mailbox/other': lost,
    });
  });

  it('keeps items whose rows the source has lost, until the source was read in full', async () => {
    await backUp(from, 's2', { items: { new: utf8('new') } });
    const before = await copied(to, 's1');
    from = onStore(from, await damageRuns(from, 'catalog'));
    await repaired(from);
    await copy('s2');
    expect(await copied(to, 's2')).toEqual(before);
    await backUp(from, 's3', { items: { large }, removed: ['small'] });
    await copy('s3');
    expect(await copied(to, 's3')).toEqual({
      mailbox: 'Mailbox mailbox',
      'mailbox/large': hex(large),
    });
  });
});
