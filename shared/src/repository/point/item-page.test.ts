import { describe, expect, it } from 'vitest';
import type { ItemOrder } from './item-order.ts';
import { ItemPageBuilder } from './item-page.ts';

function anItem(itemId: string, changes: { name?: string; date?: string; size?: number } = {}) {
  const { name = 'mail', date = '2026-01-02T03:04:05Z', size = 1 } = changes;
  return { itemId, folderId: 'inbox', name, date, size };
}

type Item = ReturnType<typeof anItem>;

function pagesOf(items: readonly Item[], order: ItemOrder, limit = 2): string[][] {
  const pages: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = new ItemPageBuilder<Item>({ folderId: 'inbox', cursor, limit, order });
    for (const item of items) page.add(item);
    const found = page.end();
    pages.push(found.items.map(({ itemId }) => itemId));
    cursor = found.cursor;
  } while (cursor !== undefined);
  return pages;
}

describe('pages of a folder', () => {
  it('have the newest dates first, however they are written', () => {
    const items = [
      anItem('a', { date: '2026-01-02T03:04:05Z' }),
      anItem('b', { date: '2026-01-02T03:04:05.500Z' }),
      anItem('c', { date: 'never' }),
    ];
    expect(pagesOf(items, 'date')).toEqual([['b', 'a'], ['c']]);
  });

  it('have names in order whatever their case, and largest sizes first', () => {
    const names = ['b', 'A', 'C', '\u{1f4ce}', '\uff21'];
    const named = names.map((name) => anItem(name, { name }));
    expect(pagesOf(named, 'name', 9)).toEqual([['A', 'b', 'C', '\uff21', '\u{1f4ce}']]);
    const sized = [1, 3, 2].map((size) => anItem(String(size), { size }));
    expect(pagesOf(sized, 'size')).toEqual([['3', '2'], ['1']]);
  });

  it('neither lose nor repeat items that are equal but for their id', () => {
    const items = Array.from({ length: 7 }, (_, n) => anItem(`item-${n}`));
    for (const order of ['date', 'name', 'size'] as const) {
      expect(pagesOf(items, order).flat()).toEqual(items.map(({ itemId }) => itemId));
    }
  });

  it('count the folder, and begin anew at a cursor that is none', () => {
    const page = new ItemPageBuilder<Item>({ folderId: 'inbox', cursor: 'nonsense', limit: 1 });
    for (const itemId of ['a', 'b']) page.add(anItem(itemId));
    page.add({ ...anItem('elsewhere'), folderId: 'sent' });
    expect(page.end()).toMatchObject({ items: [{ itemId: 'a' }], total: 2 });
  });
});
