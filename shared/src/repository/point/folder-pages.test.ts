import { describe, expect, it } from 'vitest';
import type { CatalogItem } from '../catalog/row.ts';
import { encodeJson } from '../json.ts';
import { FolderPages } from './folder-pages.ts';

function anItem(folderId: string, number: number): CatalogItem {
  return {
    itemId: `${folderId}-${String(number).padStart(4, '0')}`,
    folderId,
    name: `mail ${number}`,
    type: 'IPM.Note',
    changeKey: '1',
    size: 1,
    date: '2026-01-02T03:04:05Z',
    columns: {},
    properties: {},
    format: 'fts',
    content: [],
    contentDigest: '',
  };
}

/** Folders by name with so many items each, and how often their rows were read. */
function foldersOf(counts: Readonly<Record<string, number>>, bytesMax: number) {
  const items = Object.entries(counts).flatMap(([folderId, count]) =>
    Array.from({ length: count }, (_, number) => anItem(folderId, number)),
  );
  let reads = 0;
  async function* readRows() {
    reads += 1;
    for (const item of items) yield encodeJson(item);
  }
  const pages = new FolderPages({ readRows, bytesMax });
  const list = async (folderId: string, limit = 10) => {
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await pages.page({ folderId, cursor, limit });
      found.push(...page.items.map(({ itemId }) => itemId));
      cursor = page.cursor;
    } while (cursor !== undefined);
    return found;
  };
  const idsOf = (folderId: string) =>
    items.filter((item) => item.folderId === folderId).map(({ itemId }) => itemId);
  return { pages, list, idsOf, reads: () => reads };
}

describe('pages of folders', () => {
  it('read the catalog once while its rows fit', async () => {
    const { list, idsOf, reads } = foldersOf({ a: 25, b: 30, c: 1 }, 1_000_000);
    for (const folderId of ['a', 'b', 'c']) expect(await list(folderId)).toEqual(idsOf(folderId));
    expect(await list('no such folder')).toEqual([]);
    expect(reads()).toBe(1);
  });

  it('that are asked for together read the catalog once', async () => {
    const { list, idsOf, reads } = foldersOf({ a: 5, b: 5 }, 1_000_000);
    expect(await Promise.all([list('a'), list('b')])).toEqual([idsOf('a'), idsOf('b')]);
    expect(reads()).toBe(1);
  });

  it('hold small folders when a large one does not fit', async () => {
    const { list, idsOf, reads } = foldersOf({ a: 5, large: 200, z: 5 }, 30_000);
    expect(await list('a')).toEqual(idsOf('a'));
    expect(await list('z')).toEqual(idsOf('z'));
    expect(reads()).toBe(1);
  });

  it('hold the folder that is paged through rather than others', async () => {
    const { list, idsOf, reads } = foldersOf({ a: 30, b: 29 }, 25_000);
    for (const folderId of ['a', 'b']) expect(await list(folderId)).toEqual(idsOf(folderId));
    expect(reads()).toBe(2);
  });

  it('of a folder that exceeds the bound are read one by one', async () => {
    const { list, idsOf, reads } = foldersOf({ large: 40 }, 10_000);
    expect(await list('large')).toEqual(idsOf('large'));
    expect(reads()).toBe(4);
  });

  it('are read again after a read that failed', async () => {
    let failures = 1;
    async function* readRows() {
      yield encodeJson(anItem('a', 1));
      if (failures > 0) {
        failures -= 1;
        throw new Error('the storage is away');
      }
      yield encodeJson(anItem('a', 2));
    }
    const pages = new FolderPages({ readRows, bytesMax: 1_000_000 });
    const request = { folderId: 'a', limit: 10 };
    await expect(pages.page(request)).rejects.toThrow('the storage is away');
    expect((await pages.page(request)).items.map(({ name }) => name)).toEqual(['mail 1', 'mail 2']);
  });
});
