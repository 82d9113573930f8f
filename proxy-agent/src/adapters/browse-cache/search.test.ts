import type { ItemOrder } from '@firn/shared/repository/point/item-order';
import { positionOf } from '@firn/shared/repository/point/item-order';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FoundPosition } from '../../ports/browse-cache.ts';
import { aFolder, anItem, aState, noFilter, TestBrowseCache } from './test-browse-cache.ts';

let world: TestBrowseCache;

beforeEach(async () => {
  world = await TestBrowseCache.open();
});
afterEach(() => world.close());

describe('search', () => {
  const sender = { fromName: 'Zoë Übermut', fromAddress: 'zoe@example.com', to: 'Anna; Ben' };

  it('finds words by their beginning in name, sender, recipients and folder', async () => {
    await world.fill(aState('s1'), [
      aFolder('inbox', 'Inbox'),
      aFolder('year', 'Jahresabschluss', 'inbox'),
      anItem('a', { name: 'Quarterly report', columns: sender }),
      anItem('b', { name: 'Lunch', folderId: 'year' }),
    ]);
    for (const text of ['quarter', 'REPORT quart', 'zoe', 'uber', 'zoe@example.com', 'ben lunch']) {
      expect([text, await world.search({ text })]).toEqual([
        text,
        text === 'ben lunch' ? [] : ['a'],
      ]);
    }
    expect(await world.search({ text: 'jahres' })).toEqual(['b']);
    expect(await world.search({ text: 'inbox' })).toEqual(['a', 'b']);
    expect(await world.search({ text: 'eport' })).toEqual([]);
  });

  it('takes quotes for phrases, and nothing for syntax', async () => {
    await world.fill(aState('s1'), [
      anItem('a', { name: 'annual report 2025' }),
      anItem('b', { name: 'report annual' }),
      anItem('c', { name: "Robert'); DROP TABLE items;--" }),
    ]);
    expect(await world.search({ text: '"annual report"' })).toEqual(['a']);
    expect(await world.search({ text: '"report annual' })).toEqual(['b']);
    expect(await world.search({ text: "'); DROP TABLE items;--" })).toEqual(['c']);
    const odd = [
      'name:report',
      'report OR',
      'NEAR(',
      '*',
      '^report',
      '-',
      '"',
      '""',
      '{a}:b',
      '\0',
    ];
    for (const text of [...odd, 'a AND NOT b', 'report*"', '(((', '\ud800', "' OR 1=1 --"]) {
      await expect(world.search({ text })).resolves.toBeInstanceOf(Array);
    }
    expect(await world.search({ text: '!!!' })).toEqual([]);
    expect(await world.search({ text: 'report AND annual' })).toEqual([]);
    expect(await world.search({ text: '   ' })).toEqual(['a', 'b', 'c']);
  });

  it('finds parts of scripts without blanks, and emoji', async () => {
    await world.fill(aState('s1'), [
      anItem('a', { name: '四半期の報告書について' }),
      anItem('b', { name: 'launch🚀done' }),
      anItem('c', { name: 'รายงานประจำปี' }),
    ]);
    expect(await world.search({ text: '報告書' })).toEqual(['a']);
    expect(await world.search({ text: '書報' })).toEqual([]);
    expect(await world.search({ text: '🚀' })).toEqual(['b']);
    expect(await world.search({ text: 'launch' })).toEqual(['b']);
    expect(await world.search({ text: 'ประจำ' })).toEqual(['c']);
  });

  it('filters by date, size, attachment and class', async () => {
    await world.fill(aState('s1'), [
      anItem('a', { size: 10, date: '2026-01-01T00:00:00Z', type: 'IPM.Note.SMIME' }),
      anItem('b', { size: 20, date: '2026-02-01T00:00:00Z', columns: { hasAttachments: true } }),
      anItem('c', { size: 30, date: '2026-03-01T00:00:00Z', type: 'IPM.Notes' }),
    ]);
    expect(await world.search({ fromMs: Date.UTC(2026, 1), toMs: Date.UTC(2026, 2) })).toEqual([
      'b',
    ]);
    expect(await world.search({ sizeMin: 20, sizeMax: 20 })).toEqual(['b']);
    expect(await world.search({ hasAttachment: false })).toEqual(['a', 'c']);
    expect(await world.search({ type: 'ipm.note' })).toEqual(['a', 'b']);
    expect(await world.search({ type: 'IPM_Note' })).toEqual([]);
    expect(await world.search({ text: 'mail', sizeMin: 20, type: 'IPM.Note' })).toEqual(['b']);
  });

  it('goes over chosen objects in pages that neither lose nor repeat', async () => {
    for (const object of ['m1', 'm2', 'm3']) {
      await world.fill(aState(object, object), [
        aFolder('inbox', 'Inbox'),
        ...Array.from({ length: 5 }, (_, n) => anItem(`i${n}`)),
      ]);
    }
    for (const order of ['date', 'name', 'size'] as const) {
      const seen: string[] = [];
      let after: FoundPosition | undefined;
      for (;;) {
        const found = await world.cache.search({
          ...{ repositoryId: 'repository', states: ['m1', 'm3'], order, after, limit: 4 },
          ...{ filter: { ...noFilter, text: 'mail inbox' }, itemsSinceMs: undefined },
        });
        const last = found.at(-1);
        if (last === undefined) break;
        seen.push(...found.map(({ objectId, itemId, path: at }) => `${at}/${objectId}/${itemId}`));
        after = [...positionOf(order, last), last.objectId] as const;
      }
      expect(new Set(seen).size).toBe(10);
      expect(seen.length).toBe(10);
      expect(seen.every((each) => /^Inbox\/m[13]\//.test(each))).toBe(true);
    }
  });

  it('shows and finds nothing that is older than is asked for, but what has no date', async () => {
    await world.fill(aState('s1'), [
      aFolder('inbox'),
      anItem('dateless', { date: '' }),
      anItem('old', { date: '2026-01-01T00:00:00Z' }),
      anItem('young', { date: '2026-02-01T00:00:00Z' }),
    ]);
    const itemsSinceMs = Date.parse('2026-01-15T00:00:00Z');
    const order: ItemOrder = 'name';
    const place = { repositoryId: 'repository', order, limit: 10 };
    const asked = { ...place, after: undefined, itemsSinceMs };
    const page = await world.cache.folder({ ...asked, state: 's1', folderId: 'inbox' });
    expect(page?.items.map(({ itemId }) => itemId)).toEqual(['dateless', 'young']);
    expect(page?.total).toBe(2);
    const found = await world.cache.search({ ...asked, states: ['s1'], filter: noFilter });
    expect(found.map(({ itemId }) => itemId)).toEqual(['dateless', 'young']);
  });
});
