import { describe, expect, it } from 'vitest';
import { infectItem, removeItem, restoreItem, updateItem } from './change-item.ts';
import { createFolder, putFile, replaceContent } from './create-item.ts';
import { DriveError, type DriveErrorCode } from './drive-error.ts';
import type { DriveItem } from './drive-item.ts';
import { DriveTree } from './drive-tree.ts';
import type { FileContent } from './file-content.ts';

const T0 = Date.parse('2026-03-01T08:00:00.750Z');

function aTree(): DriveTree {
  let guids = 0;
  return new DriveTree({
    driveKey: 'AAAAAA',
    libraryPath: 'personal/anna/Documents',
    newGuid: () => `00000000-0000-4000-8000-${String(++guids).padStart(12, '0')}`,
    nowMs: () => T0,
  });
}

function bytes(sizeBytes: number): FileContent {
  return {
    sizeBytes,
    read: async function* () {},
    digests: async () => ({ quickXorHash: '', sha256: '' }),
  };
}

function aFile(tree: DriveTree, name: string, parent = tree.root, sizeBytes = 10): DriveItem {
  const request = { parentId: parent.id, name, conflict: 'fail', mimeType: 'text/plain' } as const;
  return putFile(tree, { ...request, content: bytes(sizeBytes) }).item;
}

function aFolder(tree: DriveTree, name: string, parent = tree.root): DriveItem {
  return createFolder(tree, { parentId: parent.id, name, conflict: 'fail' }).item;
}

function codeOf(action: () => unknown): DriveErrorCode | 'none' {
  try {
    action();
    return 'none';
  } catch (error) {
    if (error instanceof DriveError) return error.code;
    throw error;
  }
}

describe('names in a drive', () => {
  it.each([
    ...['a*b', 'a?b', 'a:b', 'a<b', 'a>b', 'a|b', 'a"b', 'a\\b', 'a/b', ' a', 'a ', 'a.', ''],
    ...['CON', 'lpt1', 'desktop.ini', '.lock', '~$draft.docx', 'my_vti_folder', 'Forms'],
    'x'.repeat(256),
  ])('refuses %j', (name) => {
    const tree = aTree();
    expect(codeOf(() => aFolder(tree, name))).toBe('invalidRequest');
  });

  it.each(['#1', '100%', "it's", 'a&b', '日本', '🚀', '.hidden', 'a;b,c', 'com10', 'a..b'])(
    'takes %j',
    (name) => {
      const tree = aTree();
      expect(aFolder(tree, name).name).toBe(name);
    },
  );

  it('takes forms below the root', () => {
    const tree = aTree();
    expect(aFolder(tree, 'forms', aFolder(tree, 'f')).name).toBe('forms');
  });

  it('knows no case', () => {
    const tree = aTree();
    const file = aFile(tree, 'Report.TXT');
    expect(tree.childNamed(tree.root.id, 'rEPORT.txt')).toBe(file);
    expect(codeOf(() => aFile(tree, 'report.txt'))).toBe('nameAlreadyExists');
  });

  it('lets an item change the case of its own name', () => {
    const tree = aTree();
    const file = aFile(tree, 'report.txt');
    expect(updateItem(tree, file.id, { name: 'REPORT.txt' }).name).toBe('REPORT.txt');
  });

  it('refuses paths of more than 400 characters, also when a folder above moves', () => {
    const tree = aTree();
    const long = aFolder(tree, 'x'.repeat(200));
    aFile(tree, 'y'.repeat(150), long);
    expect(codeOf(() => aFile(tree, 'y'.repeat(190), long))).toBe('pathIsTooLong');
    const deep = aFolder(tree, 'z'.repeat(40));
    expect(codeOf(() => updateItem(tree, long.id, { parentId: deep.id }))).toBe('pathIsTooLong');
  });
});

describe('conflicts', () => {
  it('renames with a number before the extension', () => {
    const tree = aTree();
    aFile(tree, 'a.txt');
    const request = { parentId: tree.root.id, name: 'a.txt', mimeType: 'text/plain' } as const;
    const again = () => putFile(tree, { ...request, conflict: 'rename', content: bytes(1) });
    expect(again().item.name).toBe('a 1.txt');
    expect(again().item.name).toBe('a 2.txt');
  });

  it('replaces the content of a file and keeps its id', () => {
    const tree = aTree();
    const file = aFile(tree, 'a.txt');
    const request = { parentId: tree.root.id, name: 'A.txt', mimeType: 'text/plain' } as const;
    const saved = putFile(tree, { ...request, conflict: 'replace', content: bytes(99) });
    expect(saved).toEqual({ item: file, created: false });
    expect(file.versions.map((version) => version.content.sizeBytes)).toEqual([10, 99]);
  });

  it('does not replace a folder by a file', () => {
    const tree = aTree();
    aFolder(tree, 'a');
    const request = { parentId: tree.root.id, name: 'a', mimeType: 'text/plain' } as const;
    const replace = () => putFile(tree, { ...request, conflict: 'replace', content: bytes(1) });
    expect(codeOf(replace)).toBe('nameAlreadyExists');
  });

  it('refuses a move onto a taken name and into itself', () => {
    const tree = aTree();
    const outer = aFolder(tree, 'outer');
    const inner = aFolder(tree, 'inner', outer);
    aFolder(tree, 'inner');
    const toRoot = () => updateItem(tree, inner.id, { parentId: tree.root.id });
    expect(codeOf(toRoot)).toBe('nameAlreadyExists');
    expect(codeOf(() => updateItem(tree, outer.id, { parentId: inner.id }))).toBe('invalidRequest');
    expect(codeOf(() => updateItem(tree, outer.id, { parentId: outer.id }))).toBe('invalidRequest');
  });

  it('refuses to restore where the name was taken meanwhile', () => {
    const tree = aTree();
    const file = aFile(tree, 'a');
    removeItem(tree, file.id);
    aFile(tree, 'a');
    expect(codeOf(() => restoreItem(tree, file.id))).toBe('nameAlreadyExists');
  });
});

describe('sizes and dates', () => {
  it('keeps the sizes of all folders above through moves and deletions', () => {
    const tree = aTree();
    const a = aFolder(tree, 'a');
    const b = aFolder(tree, 'b', a);
    const file = aFile(tree, 'f', b, 100);
    expect([tree.root, a, b].map((each) => each.sizeBytes)).toEqual([100, 100, 100]);
    replaceContent(tree, file.id, { content: bytes(40) });
    expect([tree.root, a, b].map((each) => each.sizeBytes)).toEqual([40, 40, 40]);
    updateItem(tree, b.id, { parentId: tree.root.id });
    expect([tree.root, a, b].map((each) => each.sizeBytes)).toEqual([40, 0, 40]);
    removeItem(tree, b.id);
    expect([tree.root.sizeBytes, tree.usedBytes, tree.deletedBytes]).toEqual([0, 0, 140]);
    restoreItem(tree, b.id);
    expect([tree.root.sizeBytes, tree.usedBytes, tree.deletedBytes]).toEqual([40, 140, 0]);
  });

  it('keeps client dates in whole seconds, and makes a version when they are set later', () => {
    const tree = aTree();
    const file = aFile(tree, 'f');
    updateItem(tree, file.id, { times: { modifiedAtMs: 1_700_000_000_999 } });
    expect(file.times.modifiedAtMs).toBe(1_700_000_000_000);
    expect(file.versions).toHaveLength(2);
    expect(tree.usedBytes).toBe(20);
  });

  it('changes the eTag with every change and the cTag with the content only', () => {
    const tree = aTree();
    const file = aFile(tree, 'f');
    const before = { ...file };
    updateItem(tree, file.id, { name: 'g' });
    expect([file.eTagVersion, file.cTagVersion]).toEqual([
      before.eTagVersion + 1,
      before.cTagVersion,
    ]);
    replaceContent(tree, file.id, { content: bytes(1) });
    expect(file.cTagVersion).toBe(before.cTagVersion + 1);
  });

  it('takes an infection as a change, and new content as its cure', () => {
    const tree = aTree();
    const file = aFile(tree, 'f');
    const before = tree.changes.lastNumber;
    infectItem(tree, file.id, 'a virus');
    expect([...tree.changes.after(before)]).toEqual([file]);
    replaceContent(tree, file.id, { content: bytes(1) });
    expect(file.malware).toBeUndefined();
  });

  it('never deletes or moves the root', () => {
    const tree = aTree();
    expect(codeOf(() => removeItem(tree, tree.root.id))).toBe('notAllowed');
    expect(codeOf(() => updateItem(tree, tree.root.id, { name: 'x' }))).toBe('notAllowed');
  });
});
