import type { CatalogFolder } from '@firn/shared/repository/catalog/row';
import { describe, expect, it } from 'vitest';
import { decodeFolder, parentsFirst, planFolders } from './folder-tree.ts';

function folder(folderId: string, parentId?: string, wellKnownName?: string): CatalogFolder {
  return { folderId, parentId, name: folderId, type: 'IPF.Note', wellKnownName, properties: {} };
}

const byId = (...folders: CatalogFolder[]) => new Map(folders.map((f) => [f.folderId, f]));
const none: ReadonlySet<string> = new Set();

describe('planFolders', () => {
  it('gives parents before children, whatever the order of the pages', () => {
    const plan = planFolders(byId(folder('c', 'b'), folder('b', 'a'), folder('a')), byId(), none);
    expect(plan.changed.map((row) => row.folderId)).toEqual(['a', 'b', 'c']);
  });

  it('puts a folder whose parent is not listed at the top', () => {
    const plan = planFolders(byId(folder('inbox', 'root', 'inbox')), byId(), none);
    expect(plan.changed[0]?.parentId).toBeUndefined();
  });

  it('gives nothing for folders that are as stored', () => {
    const plan = planFolders(
      byId(folder('a'), folder('b', 'a')),
      byId(folder('a'), folder('b', 'a')),
      none,
    );
    expect(plan.changed).toEqual([]);
  });

  it('gives a renamed and a moved folder', () => {
    const stored = byId(folder('a'), folder('b', 'a'), folder('c'));
    const listed = byId({ ...folder('c'), name: 'new' }, folder('b', 'c'));
    expect(planFolders(listed, stored, none).changed.map((row) => row.folderId)).toEqual([
      'c',
      'b',
    ]);
  });

  it('leaves out search folders and recoverable items with all below them', () => {
    const listed = byId(
      folder('search', 'root', 'searchfolders'),
      folder('unread', 'search'),
      folder('deleted', 'root', 'recoverableitemsdeletions'),
      folder('inbox', 'root', 'inbox'),
    );
    const plan = planFolders(listed, byId(), none);
    expect(plan.changed.map((row) => row.folderId)).toEqual(['inbox']);
    expect(plan.excluded).toEqual(new Set(['search', 'unread', 'deleted']));
  });

  it('still knows in a later session what was left out', () => {
    const plan = planFolders(byId(folder('late', 'search')), byId(), new Set(['search']));
    expect(plan.changed).toEqual([]);
    expect(plan.excluded).toEqual(new Set(['search', 'late']));
  });

  it('tells which stored folders have moved below an excluded one', () => {
    const listed = byId(folder('a', 'search'), folder('search', undefined, 'searchfolders'));
    expect(planFolders(listed, byId(folder('a')), none).hidden).toEqual(['a']);
  });

  it('survives a circle of parents', () => {
    const plan = planFolders(byId(folder('a', 'b'), folder('b', 'a')), byId(), none);
    expect(plan.changed).toHaveLength(2);
  });
});

describe('parentsFirst', () => {
  it('keeps the order of folders that do not depend on each other', () => {
    const sorted = parentsFirst([folder('b'), folder('a'), folder('c', 'a')]);
    expect(sorted.map((row) => row.folderId)).toEqual(['b', 'a', 'c']);
  });
});

describe('decodeFolder', () => {
  it('takes a folder with nothing but an id', () => {
    expect(decodeFolder({ id: 'x' })).toEqual({ ...folder('x'), name: '' });
  });

  it('recognizes a search folder by its type', () => {
    const entry = { id: 'x', '@odata.type': '#microsoft.graph.mailSearchFolder' };
    expect(decodeFolder(entry).wellKnownName).toBe('searchfolders');
  });
});
