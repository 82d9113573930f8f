import { describe, expect, it } from 'vitest';
import { DriveTree } from './drive-tree.ts';

/** What is stored: folders with parents, files with folders. */
interface Stored {
  readonly folders: Readonly<Record<string, string | undefined>>;
  readonly files: Readonly<Record<string, string>>;
}

const stored: Stored = {
  folders: { root: undefined, docs: 'root', deep: 'docs', other: 'root' },
  files: { a: 'root', b: 'docs', c: 'deep', d: 'other' },
};

type Step = readonly ['full' | 'delta'] | readonly ['put' | 'same' | 'del', ...ids: string[]];

function play(steps: readonly Step[]): DriveTree {
  const tree = new DriveTree();
  for (const [what, ...ids] of steps) {
    if (what === 'full' || what === 'delta') tree.begin(what === 'full');
    else if (what === 'del') for (const id of ids) tree.delete(id);
    else for (const id of ids) expect(tree.place(id, 's')).toBe(what === 'put');
  }
  return tree;
}

function goneAfter(steps: readonly Step[]): { folders: string[]; files: string[] } {
  const tree = play(steps);
  const folders = tree.goneFolders(new Map(Object.entries(stored.folders)));
  const files = Object.entries(stored.files).filter(([id, at]) => tree.isGone(id, at, folders));
  return { folders: [...folders].sort(), files: files.map(([id]) => id).sort() };
}

const everything: Step = ['put', 'root', 'docs', 'deep', 'other', 'a', 'b', 'c', 'd'];
const nothing = { folders: [], files: [] };

describe('DriveTree', () => {
  const cases: readonly (readonly [string, readonly Step[], object])[] = [
    ['keeps all when a delta is empty', [['delta']], nothing],
    ['deletes a file', [['delta'], ['del', 'a']], { folders: [], files: ['a'] }],
    [
      'takes a doubled deletion once',
      [['delta'], ['del', 'a', 'a']],
      { folders: [], files: ['a'] },
    ],
    ['keeps a file deleted and made again', [['delta'], ['del', 'a'], ['put', 'a']], nothing],
    [
      'deletes a file made and deleted, made again and deleted',
      [['delta'], ['put', 'a'], ['del', 'a'], ['same', 'a'], ['del', 'a']],
      { folders: [], files: ['a'] },
    ],
    [
      'deletes a folder with all below it that was not met elsewhere',
      [['delta'], ['del', 'docs']],
      { folders: ['deep', 'docs'], files: ['b', 'c'] },
    ],
    [
      'keeps a file that moved out before its folder was deleted',
      [['delta'], ['put', 'b'], ['del', 'docs']],
      { folders: ['deep', 'docs'], files: ['c'] },
    ],
    [
      'keeps a folder that moved out before its parent was deleted, with its files',
      [['delta'], ['put', 'deep'], ['del', 'docs']],
      { folders: ['docs'], files: ['b'] },
    ],
    [
      'keeps what moved out also when the move comes after the deletion',
      [['delta'], ['del', 'docs'], ['put', 'deep', 'b']],
      { folders: ['docs'], files: [] },
    ],
    ['keeps a moved folder and what is below it unseen', [['delta'], ['put', 'docs']], nothing],
    [
      'drops what a full enumeration does not find',
      [['full'], ['put', 'root', 'docs', 'a', 'b']],
      { folders: ['deep', 'other'], files: ['c', 'd'] },
    ],
    ['keeps all that a full enumeration finds', [['full'], everything], nothing],
    [
      'drops all but the root when the drive was emptied',
      [['full'], ['put', 'root']],
      { folders: ['deep', 'docs', 'other'], files: ['a', 'b', 'c', 'd'] },
    ],
    [
      'counts only the last of several enumerations',
      [['full'], everything, ['full'], ['same', 'root', 'docs', 'deep', 'other', 'b', 'c', 'd']],
      { folders: [], files: ['a'] },
    ],
    [
      'forgets deletions that came before a reset',
      [['delta'], ['del', 'a', 'docs'], ['full'], everything],
      nothing,
    ],
    [
      'merges a delta that ends in a reset with what is stored',
      [['delta'], ['put', 'a'], ['full'], ['same', 'a'], ['put', 'root', 'other', 'd']],
      { folders: ['deep', 'docs'], files: ['b', 'c'] },
    ],
    ['ignores the deletion of what is not stored', [['delta'], ['del', 'unknown']], nothing],
  ];
  it.each(cases)('%s', (_name, steps, expected) => {
    expect(goneAfter(steps)).toEqual(expected);
  });

  it('looks at a repeated entry again only when it has changed', () => {
    const tree = play([['delta'], ['put', 'a'], ['same', 'a']]);
    expect(tree.place('a', 'renamed')).toBe(true);
  });

  it('names what it had met before a reset and not since', () => {
    const tree = play([['full'], ['put', 'x', 'y'], ['full'], ['same', 'y']]);
    expect(tree.named()).toEqual(['x']);
  });

  it('survives a circle of parents', () => {
    const tree = play([['delta'], ['del', 'z']]);
    expect(
      tree.goneFolders(
        new Map([
          ['p', 'q'],
          ['q', 'p'],
        ]),
      ),
    ).toEqual(new Set());
  });
});
