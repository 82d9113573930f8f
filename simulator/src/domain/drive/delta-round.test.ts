import { describe, expect, it } from 'vitest';
import { removeItem, restoreItem, updateItem } from './change-item.ts';
import { createFolder, putFile } from './create-item.ts';
import {
  type DeltaOptions,
  latestPosition,
  positionAtTime,
  readDelta,
  startOfFullRound,
} from './delta-round.ts';
import type { DriveItem } from './drive-item.ts';
import { DriveTree } from './drive-tree.ts';
import type { FileContent } from './file-content.ts';

const ALL: DeltaOptions = { pageSize: 100, excludeParents: true };

class Sample {
  nowMs = 1_000_000;
  #guids = 0;
  readonly tree = new DriveTree({
    driveKey: 'AAAAAA',
    libraryPath: 'personal/anna/Documents',
    newGuid: () => `00000000-0000-4000-8000-${String(++this.#guids).padStart(12, '0')}`,
    nowMs: () => this.nowMs,
  });
  position = latestPosition(this.tree);

  folder(name: string, parent: DriveItem = this.tree.root): DriveItem {
    return createFolder(this.tree, { parentId: parent.id, name, conflict: 'fail' }).item;
  }

  file(name: string, parent: DriveItem = this.tree.root): DriveItem {
    const request = {
      parentId: parent.id,
      name,
      conflict: 'fail',
      mimeType: 'text/plain',
    } as const;
    return putFile(this.tree, { ...request, content: emptyContent }).item;
  }

  /** From here on changes are read. */
  mark(): void {
    this.position = latestPosition(this.tree);
  }

  /** The changes since the mark, as `+name` and `-name`. */
  changes(options: DeltaOptions = ALL): string[] {
    return this.#show(readDelta(this.tree, this.position, options).items);
  }

  fullRound(options: DeltaOptions = ALL): string[] {
    return this.#show(readDelta(this.tree, startOfFullRound(this.tree), options).items);
  }

  #show(items: readonly DriveItem[]): string[] {
    return items.map((item) => `${item.deletedAtMs === undefined ? '+' : '-'}${item.name}`);
  }
}

const emptyContent: FileContent = {
  sizeBytes: 0,
  read: async function* () {},
  digests: async () => ({ quickXorHash: '', sha256: '' }),
};

/** What happens between the mark and the reading, and what the feed says of it. */
const CASES: readonly {
  readonly name: string;
  readonly before?: (s: Sample) => void;
  readonly act: (s: Sample) => void;
  readonly expected: readonly string[];
}[] = [
  { name: 'nothing happened', act: () => undefined, expected: [] },
  {
    name: 'a folder was made and deleted: an unknown item is deleted',
    act: (s) => removeItem(s.tree, s.folder('f').id),
    expected: ['-f'],
  },
  {
    name: 'a folder was deleted and another made of the same name',
    before: (s) => s.folder('f'),
    act: (s) => {
      removeItem(s.tree, child(s, 'f').id);
      s.folder('f');
    },
    expected: ['-f', '+f'],
  },
  {
    name: 'made, deleted, made again',
    act: (s) => {
      removeItem(s.tree, s.folder('f').id);
      s.folder('f');
    },
    expected: ['-f', '+f'],
  },
  {
    name: 'a file renamed twice shows once, with its last name',
    before: (s) => s.file('one'),
    act: (s) => {
      const { id } = child(s, 'one');
      updateItem(s.tree, id, { name: 'two' });
      updateItem(s.tree, id, { name: 'three' });
    },
    expected: ['+three'],
  },
  {
    name: 'a folder moved several times shows once',
    before: (s) => [s.folder('f'), s.folder('to'), s.folder('there')],
    act: (s) => {
      updateItem(s.tree, child(s, 'f').id, { parentId: child(s, 'to').id });
      updateItem(s.tree, child(s, 'f', 'to').id, { parentId: child(s, 'there').id });
    },
    expected: ['+f'],
  },
  {
    name: 'a moved folder does not bring along what is in it',
    before: (s) => [s.file('inside', s.folder('f')), s.folder('to')],
    act: (s) => updateItem(s.tree, child(s, 'f').id, { parentId: child(s, 'to').id }),
    expected: ['+f'],
  },
  {
    name: 'moved, then deleted with what is in it',
    before: (s) => [s.file('inside', s.folder('f')), s.folder('to')],
    act: (s) => {
      const { id } = child(s, 'f');
      updateItem(s.tree, id, { parentId: child(s, 'to').id });
      removeItem(s.tree, id);
    },
    expected: ['-f', '-inside'],
  },
  {
    name: 'a child moved out before its parent was deleted',
    before: (s) => s.file('child', s.folder('f')),
    act: (s) => {
      updateItem(s.tree, child(s, 'child', 'f').id, { parentId: s.tree.root.id });
      removeItem(s.tree, child(s, 'f').id);
    },
    expected: ['+child', '-f'],
  },
  {
    name: 'a parent moved away and a new folder at its old place',
    before: (s) => [s.folder('f'), s.folder('to')],
    act: (s) => {
      updateItem(s.tree, child(s, 'f').id, { parentId: child(s, 'to').id });
      s.folder('f');
    },
    expected: ['+f', '+f'],
  },
  {
    name: 'a file deleted and restored shows its state only',
    before: (s) => s.file('a'),
    act: (s) => {
      const { id } = child(s, 'a');
      removeItem(s.tree, id);
      restoreItem(s.tree, id);
    },
    expected: ['+a'],
  },
  {
    name: 'a folder restored brings back what went with it, and not what went before',
    before: (s) => {
      const f = s.folder('f');
      s.file('early', f);
      s.file('late', f);
    },
    act: (s) => {
      const { id } = child(s, 'f');
      removeItem(s.tree, child(s, 'early', 'f').id);
      removeItem(s.tree, id);
      restoreItem(s.tree, id);
    },
    expected: ['-early', '+f', '+late'],
  },
  {
    name: 'everything deleted: the drive stays',
    before: (s) => s.file('b', s.folder('f')),
    act: (s) => removeItem(s.tree, child(s, 'f').id),
    expected: ['-f', '-b'],
  },
];

function child(s: Sample, name: string, folder?: string): DriveItem {
  return s.tree.resolve(s.tree.root.id, folder === undefined ? [name] : [folder, name]);
}

describe('the change feed', () => {
  it.each(CASES)('$name', ({ before, act, expected }) => {
    const s = new Sample();
    before?.(s);
    s.mark();
    act(s);
    expect(s.changes()).toEqual(expected);
  });

  it('names no deletions in a full round', () => {
    const s = new Sample();
    removeItem(s.tree, s.folder('gone').id);
    s.file('here');
    expect(s.fullRound()).toEqual(['+root', '+here']);
  });

  it('may list a child before its folder when the folder changed later', () => {
    const s = new Sample();
    const f = s.folder('f');
    s.file('child', f);
    updateItem(s.tree, f.id, { name: 'g' });
    expect(s.fullRound()).toEqual(['+root', '+child', '+g']);
  });

  it('adds the folders above a change, once a page, the root first', () => {
    const s = new Sample();
    const f = s.folder('f');
    s.mark();
    s.file('one', f);
    s.file('two', f);
    const options = { pageSize: 1, excludeParents: false };
    expect(s.changes(options)).toEqual(['+root', '+f', '+one']);
    expect(s.changes({ ...options, pageSize: 2 })).toEqual(['+root', '+f', '+one', '+two']);
    expect(s.changes({ ...options, childrenFirst: true })).toEqual(['+one', '+f', '+root']);
  });

  it('can leave out what was in a deleted folder', () => {
    const s = new Sample();
    s.file('inside', s.folder('f'));
    s.mark();
    removeItem(s.tree, child(s, 'f').id);
    expect(s.changes({ ...ALL, foldDeletions: true })).toEqual(['-f']);
  });

  it('repeats after a full round what changed while it was read', () => {
    const s = new Sample();
    const file = s.file('a');
    s.file('b');
    const options = { ...ALL, pageSize: 2 };
    const first = readDelta(s.tree, startOfFullRound(s.tree), options);
    removeItem(s.tree, file.id);
    const last = readDelta(s.tree, first.next, options);
    expect(last.isLast).toBe(true);
    s.position = last.next;
    expect(s.changes()).toEqual(['-a']);
  });

  it('starts at a point in time', () => {
    const s = new Sample();
    s.file('before');
    s.nowMs += 60_000;
    const at = s.nowMs;
    s.nowMs += 60_000;
    s.file('after');
    s.position = positionAtTime(s.tree, at);
    expect(s.changes()).toEqual(['+after']);
  });

  it('forgets no change over many changes of the same item', () => {
    const s = new Sample();
    const file = s.file('a');
    s.mark();
    s.file('b');
    for (let n = 0; n < 1000; n += 1) updateItem(s.tree, file.id, { name: `a${n}` });
    expect(s.changes()).toEqual(['+b', '+a999']);
  });
});
