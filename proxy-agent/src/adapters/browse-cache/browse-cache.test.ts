import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { positionOf } from '@firn/shared/repository/point/item-order';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqliteBrowseCache } from './sqlite-browse-cache.ts';
import { aFolder, anItem, aState, mebibyte, TestBrowseCache } from './test-browse-cache.ts';

const minuteMs = 60_000;
/** So large that a thousand items have more than 1 MiB. */
const columns = { note: 'x'.repeat(1_200) };

let world: TestBrowseCache;

beforeEach(async () => {
  world = await TestBrowseCache.open();
});
afterEach(() => world.close());

describe('browse cache', () => {
  it('answers pages of a folder in every order, with its total', async () => {
    const items = Array.from({ length: 9 }, (_, n) =>
      anItem(`i${n}`, {
        name: `n${(n * 5) % 9}`,
        size: (n * 7) % 9,
        date: new Date((n * 4) % 9).toISOString(),
      }),
    );
    await world.fill(aState('s1'), [aFolder('inbox'), ...items, anItem('z', { folderId: 'sent' })]);
    for (const order of ['date', 'name', 'size'] as const) {
      const all = await world.listed('s1', order);
      const paged: string[] = [];
      let after: readonly [string | number, string] | undefined;
      for (;;) {
        const query = { repositoryId: 'repository', state: 's1', folderId: 'inbox', order, after };
        const page = await world.cache.folder({ ...query, limit: 2, itemsSinceMs: undefined });
        expect(page?.total).toBe(9);
        const last = page?.items.at(-1);
        if (page === undefined || last === undefined) break;
        paged.push(...page.items.map(({ itemId }) => itemId));
        after = positionOf(order, last);
      }
      expect(paged).toEqual(all);
      expect(new Set(paged).size).toBe(9);
    }
    expect(await world.listed('s1', 'size')).toEqual([
      'i5',
      'i1',
      'i6',
      'i2',
      'i7',
      'i3',
      'i8',
      'i4',
      'i0',
    ]);
  });

  it('knows nothing of a state before its end, nor after it was abandoned', async () => {
    const begun = await world.cache.begin({
      ...aState('s1'),
      ...{ levels: [['s1']], afresh: false, nowMs: world.nowMs, keepFromMs: world.nowMs },
    });
    await world.cache.add(begun.buildId, [aFolder('inbox'), anItem('a')]);
    expect([await world.readyOf('s1'), await world.listed('s1')]).toEqual([[], undefined]);
    expect(await world.search({ text: 'mail' })).toEqual([]);
    await world.cache.abandon(begun.buildId);
    expect(await world.cache.end(begun.buildId)).toBe(false);
    expect(await world.readyOf('s1')).toEqual([]);
  });

  it('keeps what was ended, and forgets what was being built, when it is opened again', async () => {
    await world.fill(aState('s1'), [aFolder('inbox'), anItem('a')]);
    const levels = [['s2']];
    const begun = await world.cache.begin({
      ...aState('s2'),
      levels,
      afresh: true,
      nowMs: world.nowMs,
      keepFromMs: 0,
    });
    await world.cache.add(begun.buildId, [anItem('b')]);
    await world.reopened();
    expect(await world.readyOf('s1', 's2')).toEqual(['s1']);
    expect(await world.search({ text: 'mail' }, ['s1', 's2'])).toEqual(['a']);
    expect(await world.cache.add(begun.buildId, [anItem('c')])).toBe('gone');
  });

  it('takes over the rows of an older state, and changes only what changed', async () => {
    const first = [aFolder('inbox'), anItem('a'), anItem('b', { name: 'old name' }), anItem('c')];
    await world.fill(aState('s1'), first, { levels: [['base']] });
    world.nowMs += 11 * minuteMs;
    const changes = [
      anItem('b', { name: 'new name' }),
      { key: 'ic', value: undefined },
      anItem('d'),
    ];
    const begun = await world.fill(aState('s2'), changes, { levels: [['delta'], ['base']] });
    expect(begun).toMatchObject({ heldLevels: 1, ended: true });
    expect(await world.readyOf('s1', 's2')).toEqual(['s2']);
    expect((await world.listed('s2'))?.toSorted()).toEqual(['a', 'b', 'd']);
    expect(await world.search({ text: 'old' }, ['s2'])).toEqual([]);
    expect(await world.search({ text: 'new name' }, ['s2'])).toEqual(['b']);
  });

  it('takes over nothing of a state that is looked into, or that has other runs', async () => {
    await world.fill(aState('s1'), [anItem('a')], { levels: [['base']] });
    expect(
      await world.fill(aState('s2'), [anItem('a')], { levels: [['d'], ['base']] }),
    ).toMatchObject({
      heldLevels: 0,
    });
    world.nowMs += 11 * minuteMs;
    expect(await world.fill(aState('s3'), [anItem('a')], { levels: [['merged']] })).toMatchObject({
      heldLevels: 0,
    });
    expect(await world.readyOf('s1', 's2', 's3')).toEqual(['s1', 's2', 's3']);
  });

  it('asks to start over when a folder has another name or place', async () => {
    await world.fill(aState('s1'), [aFolder('inbox'), anItem('a')], { levels: [['base']] });
    world.nowMs += 11 * minuteMs;
    const renamed = await world.fill(aState('s2'), [aFolder('inbox', 'Renamed')], {
      levels: [['delta'], ['base']],
    });
    expect(renamed).toMatchObject({ heldLevels: 1, result: 'start-over' });
    expect(await world.readyOf('s1', 's2')).toEqual([]);
  });

  it('stays within its size, giving up what was used longest ago', async () => {
    await world.reopened(4 * mebibyte);
    const items = Array.from({ length: 1_000 }, (_, n) =>
      anItem(`i${n}`, { name: `subject ${n}`, columns }),
    );
    for (let n = 1; n <= 6; n += 1) {
      world.nowMs += minuteMs;
      expect(await world.fill(aState(`s${n}`, `mailbox-${n}`), items)).toMatchObject({
        ended: true,
      });
    }
    const left = await world.readyOf('s1', 's2', 's3', 's4', 's5', 's6');
    expect(left).toContain('s6');
    expect(left).not.toContain('s1');
    await world.cache.close();
    expect((await stat(world.path)).size).toBeLessThan(8 * mebibyte);
  });

  it('has no room for more than its size when everything else must be kept', async () => {
    await world.reopened(4 * mebibyte);
    const items = Array.from({ length: 1_500 }, (_, n) => anItem(`i${n}`, { columns }));
    await world.fill(aState('s1', 'a'), items);
    expect(await world.fill(aState('s2', 'b'), items, { keepFromMs: world.nowMs })).toMatchObject({
      result: 'full',
    });
    expect(await world.readyOf('s1', 's2')).toEqual(['s1']);
  });

  it('forgets an object in all its states', async () => {
    await world.fill(aState('s1', 'a'), [anItem('x')]);
    await world.fill(aState('s2', 'b'), [anItem('y')]);
    await world.cache.forget('repository', ['a']);
    expect(await world.readyOf('s1', 's2')).toEqual(['s2']);
    expect(await world.search({ text: 'mail' }, ['s1', 's2'])).toEqual(['y']);
  });
});

describe('the file of the browse cache', () => {
  it.each([false, true])(
    'keeps no byte of an object that is forgotten (opened again before: %s)',
    async (isReopened) => {
      const secret = { name: 'Xylophone quartet', columns: { fromAddress: 'zorro@example.com' } };
      const many = Array.from({ length: 200 }, (_, n) => anItem(`a${n}`, secret));
      await world.fill(aState('s1', 'a'), [aFolder('inbox', 'Quicksilver'), ...many]);
      await world.fill(aState('s2', 'b'), [aFolder('inbox'), anItem('y', { name: 'Kept words' })]);
      if (isReopened) await world.reopened();
      const words = ['xylophone', 'quartet', 'zorro', 'quicksilver'];
      expect(await world.wordsInFiles([...words, 'kept words'])).toEqual([...words, 'kept words']);
      await world.cache.forget('repository', ['a']);
      expect(await world.wordsInFiles([...words, 'kept words'])).toEqual(['kept words']);
      expect(await world.search({ text: 'kept' }, ['s2'])).toEqual(['y']);
    },
  );

  it('is made anew when it is garbage', async () => {
    await world.cache.close();
    await writeFile(world.path, 'this is no database'.repeat(1_000));
    world.cache = openSqliteBrowseCache({ path: world.path, bytesMax: mebibyte });
    expect(await world.readyOf('s1')).toEqual([]);
    expect(await world.fill(aState('s1'), [anItem('a')])).toMatchObject({ ended: true });
  });

  it('may be deleted while it is used', async () => {
    await world.fill(aState('s1'), [anItem('a')]);
    const begun = await world.cache.begin({
      ...aState('s2'),
      ...{ levels: [['s2']], afresh: true, nowMs: world.nowMs, keepFromMs: 0 },
    });
    for (const name of await readdir(world.folder)) await rm(join(world.folder, name));
    expect(await world.readyOf('s1')).toEqual([]);
    expect(await world.cache.add(begun.buildId, [anItem('b')])).toBe('gone');
    expect(await world.fill(aState('s1'), [anItem('a')])).toMatchObject({ ended: true });
    expect(await world.search({ text: 'mail' })).toEqual(['a']);
  });

  it('that cannot be made is told', async () => {
    await world.cache.close();
    await writeFile(join(world.folder, 'occupied'), '');
    world.cache = openSqliteBrowseCache({
      path: join(world.folder, 'occupied', 'x.db'),
      bytesMax: mebibyte,
    });
    await expect(world.readyOf('s1')).rejects.toMatchObject({ code: 'E_BROWSE_CACHE_FAILED' });
  });
});
