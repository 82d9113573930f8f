import { describe, expect, it } from 'vitest';
import {
  aDamagedCopy,
  aStoredBackup,
  checked,
  contentOf,
  flipped,
} from '../../../test/repository/damaging.ts';
import {
  anItem,
  anObject,
  collected,
  opened,
  openedPastDamage,
  owned,
  type TestRepository,
} from '../../../test/repository/test-repository.ts';
import { utf8 } from '../bytes.ts';
import type { Finding } from '../check/finding.ts';
import { ObjectState } from '../object/object-state.ts';
import { repairRepository } from './repair-repository.ts';

async function repaired(
  stored: TestRepository,
  options: { readonly dryRun?: boolean; readonly readData?: boolean } = {},
): Promise<readonly Finding[]> {
  const { dryRun = false, readData = false } = options;
  const repository = await openedPastDamage(stored);
  if (!dryRun) await repository.takeOwnership('repairing');
  const found: Finding[] = [];
  const repairing = { sessionId: 'repair', dryRun, readData };
  for await (const finding of repairRepository(repository, repairing)) found.push(finding);
  return found;
}

/** Items of the newest point of the job by object, and whether each can be read. */
async function newestItems(stored: TestRepository): Promise<Readonly<Record<string, string>>> {
  const repository = await opened(stored);
  const { pointId = '' } = repository.restorePoints('job').at(-1) ?? {};
  const point = await repository.openPoint({ jobId: 'job', pointId });
  const items: Record<string, string> = {};
  for (const objectId of point.objectIds) {
    const object = await point.object(objectId);
    for await (const { item, failure, content } of object.readInPackOrder()) {
      const name = `${objectId}/${item.itemId}`;
      items[name] = failure === undefined ? 'read' : failure.code;
      if (failure !== undefined) continue;
      const right = contentOf(objectId, item.itemId);
      expect(Buffer.compare(await collected(content()), right)).toBe(0);
    }
  }
  return items;
}

const allRead = {
  ...{ 'mailbox-1/new-in-s1': 'read', 'mailbox-1/new-in-s2': 'read', 'mailbox-1/small': 'read' },
  ...{ 'mailbox-1/medium': 'read', 'mailbox-1/large': 'read' },
  ...{ 'mailbox-2/new-in-s1': 'read', 'mailbox-2/new-in-s2': 'read' },
  ...{ 'mailbox-2/small': 'read', 'mailbox-2/medium': 'read' },
};

/** Flips a bit in each run of the kind in all meta packs. */
async function withoutRuns(
  stored: TestRepository,
  kind: 'catalog' | 'index' | 'table',
): Promise<TestRepository> {
  const repository = await opened(stored);
  const { log, meta, keys, relocations } = repository.context;
  const places: { pack: string; offset: number }[] = [];
  for (const objects of log.state.points.values()) {
    for (const { points } of objects.values()) {
      const context = { compute: stored.ports.compute, keys, meta, relocations };
      const { record } = await ObjectState.open(context, points.at(-1)?.root ?? '');
      for (const { pack, offset } of record[kind].flat()) places.push({ pack, offset });
    }
  }
  return aDamagedCopy(stored, (store) => {
    for (const { pack, offset } of places) {
      store.set(pack, flipped(store.bytes(pack), offset + 20));
    }
  });
}

describe('repair', () => {
  it('finds nothing to do in a sound repository, and writes nothing', async () => {
    const stored = await aStoredBackup();
    await owned(stored);
    const before = stored.store.names().length;
    expect(await repaired(stored, { readData: true })).toEqual([]);
    // The owner entry alone.
    expect(stored.store.names().length).toBe(before + 1);
  });

  it.each(['index', 'table'] as const)(
    'rebuilds a lost %s from the footers of packs',
    async (kind) => {
      const broken = await withoutRuns(await aStoredBackup(), kind);
      expect((await checked(broken)).some(({ code }) => code === 'E_INDEX_DAMAGED')).toBe(true);
      const done = await repaired(broken);
      expect(done).toContainEqual(
        expect.objectContaining({
          code: 'E_REPAIR_DONE',
          message: expect.stringContaining('footers'),
        }),
      );
      expect(await newestItems(broken)).toEqual(allRead);
    },
  );

  it('writes nothing in a dry run, and tells the same', async () => {
    const broken = await withoutRuns(await aStoredBackup(), 'index');
    const before = broken.store.names();
    const told = await repaired(broken, { dryRun: true });
    expect(broken.store.names()).toEqual(before);
    expect(await repaired(broken)).toEqual(told);
  });

  it('marks items as failed whose pack is gone, and the next backup stores them again', async () => {
    const stored = await aStoredBackup();
    const pack = stored.store
      .names('packs/')
      .find((name) => stored.store.bytes(name).length > 1_000_000);
    const broken = aDamagedCopy(stored, (store) => store.blobs.delete(pack ?? ''));
    const lost = (await repaired(broken)).filter(({ code }) => code === 'E_REPAIR_ITEMS_LOST');
    expect(lost.flatMap(({ items }) => items)).toContain('large');
    expect(await newestItems(broken)).toMatchObject({
      ...{ 'mailbox-1/large': 'E_ITEM_NOT_STORED', 'mailbox-2/new-in-s2': 'read' },
    });

    const repository = await owned(broken);
    const session = await repository.beginSession({ jobId: 'job', sessionId: 's9', attempt: 1 });
    for (const objectId of ['mailbox-1', 'mailbox-2']) {
      const previous = await session.previous(objectId);
      const writer = await session.object(anObject(objectId));
      for await (const itemId of previous?.failedItems() ?? []) {
        await writer.putItem(anItem(itemId), contentOf(objectId, itemId));
      }
      await writer.finish({ syncState: utf8('next'), mode: 'incremental', counts: {} });
    }
    await session.commit({ done: true });
    expect(await newestItems(broken)).toEqual(allRead);
  });

  it('marks items as failed whose frame is damaged when it reads data', async () => {
    const stored = await aStoredBackup();
    const pack = stored.store
      .names('packs/')
      .find((name) => stored.store.bytes(name).length > 1_000_000);
    const broken = aDamagedCopy(stored, (store) => {
      const bytes = store.bytes(pack ?? '');
      store.set(pack ?? '', flipped(bytes, bytes.length - 400_000));
    });
    expect(await repaired(broken)).toEqual([]);
    const found = await repaired(broken, { readData: true });
    expect(found.flatMap(({ items }) => items)).toEqual(['large']);
    expect(await newestItems(broken)).toEqual({
      ...allRead,
      'mailbox-1/large': 'E_ITEM_NOT_STORED',
    });
  });

  it('keeps the rows of a damaged catalog that can be read, and asks for a full backup', async () => {
    const broken = await withoutRuns(await aStoredBackup(), 'catalog');
    await repaired(broken);
    const repository = await owned(broken);
    const session = await repository.beginSession({ jobId: 'job', sessionId: 's9', attempt: 1 });
    expect((await session.previous('mailbox-1'))?.syncState).toHaveLength(0);
  });

  it('goes on behind a damaged log entry', async () => {
    const stored = await aStoredBackup();
    // The commit of s1: s2 has everything of it in its own state.
    const broken = aDamagedCopy(stored, (store) => {
      store.set('log/000000000002', flipped(store.bytes('log/000000000002'), 40));
    });
    await expect(opened(broken)).rejects.toMatchObject({ code: 'E_REPOSITORY_DAMAGED' });
    const done = await repaired(broken);
    expect(done).toContainEqual(
      expect.objectContaining({ code: 'E_REPAIR_DONE', blob: 'log/000000000002' }),
    );
    expect(await newestItems(broken)).toEqual(allRead);
    const left = (await checked(broken)).filter(({ severity }) => severity === 'error');
    expect(left).toEqual([]);
  });
});
