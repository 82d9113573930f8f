import { describe, expect, it } from 'vitest';
import { type FindFolder, folderPath } from './folder-path.ts';

function finding(rows: Readonly<Record<string, { name: string; parentId?: string }>>): FindFolder {
  return async (id) => {
    const row = rows[id];
    return row && { name: row.name, parentId: row.parentId };
  };
}

describe('folder path', () => {
  it('names the folders from the top down to where it is known', async () => {
    const find = finding({
      a: { name: 'Inbox', parentId: 'no row' },
      b: { name: 'Projects', parentId: 'a' },
    });
    expect(await folderPath('b', find)).toBe('Inbox/Projects');
    expect(await folderPath('unknown', find)).toBe('');
  });

  it('ends in a circle of parents', async () => {
    const find = finding({ a: { name: 'A', parentId: 'b' }, b: { name: 'B', parentId: 'a' } });
    expect(await folderPath('a', find)).toBe('B/A');
  });
});
