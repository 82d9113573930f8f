import { describe, expect, it } from 'vitest';
import { MailRounds } from './rounds.ts';

/** One step of a delta round: what a folder says, or what the session does. */
type Step =
  | readonly ['changed', folder: string, item: string, key: string, verdict: string]
  | readonly ['removed' | 'stored', folder: string, item: string]
  | readonly ['enumerate' | 'enumerated' | 'gone', folder: string]
  | readonly ['end', ...confirmed: string[]];

function play(steps: readonly Step[], rounds = new MailRounds()): MailRounds {
  for (const step of steps) {
    if (step[0] === 'changed') expect(rounds.changed(step[1], step[2], step[3])).toBe(step[4]);
    else if (step[0] === 'removed') rounds.removed(step[1], step[2]);
    else if (step[0] === 'stored') rounds.stored(step[1], step[2]);
    else if (step[0] === 'enumerate') rounds.enumerate(step[1]);
    else if (step[0] === 'enumerated') rounds.enumerated(step[1]);
    else if (step[0] === 'gone') rounds.folderGone(step[1]);
    else expect(rounds.endRound().map(({ itemId }) => itemId)).toEqual(step.slice(1));
  }
  return rounds;
}

const both: readonly Step[] = [
  ['enumerate', 'F'],
  ['enumerate', 'G'],
];

describe('MailRounds', () => {
  const cases: readonly (readonly [string, readonly Step[]])[] = [
    [
      'applies a removal only after one more round',
      [...both, ['removed', 'F', 'a'], ['end'], ['end', 'a'], ['end']],
    ],
    [
      'knows an item that moved to a folder read before, once the next round shows it there',
      [
        ...both,
        ['removed', 'F', 'a'],
        ['end'],
        ['changed', 'G', 'a', 'k', 'look'],
        ['end'],
        ['end'],
      ],
    ],
    [
      'ignores a removal from a folder that the item had left before',
      [...both, ['changed', 'G', 'a', 'k', 'look'], ['removed', 'F', 'a'], ['end'], ['end']],
    ],
    [
      'lets removed win over changed in one round and folder, in either order',
      [
        ...both,
        ['removed', 'F', 'a'],
        ['changed', 'F', 'a', 'k', 'removed'],
        ['changed', 'F', 'b', 'k', 'look'],
        ['removed', 'F', 'b'],
        ['end'],
        ['end', 'a', 'b'],
      ],
    ],
    [
      'does not read a repeated item again, but a changed one',
      [
        ...both,
        ['changed', 'F', 'a', 'k1', 'look'],
        ['changed', 'F', 'a', 'k1', 'repeat'],
        ['changed', 'F', 'a', 'k2', 'look'],
        ['changed', 'G', 'a', 'k2', 'look'],
      ],
    ],
    [
      'keeps an item that comes back to its folder in the next round',
      [
        ...both,
        ['removed', 'F', 'a'],
        ['end'],
        ['changed', 'F', 'a', 'k', 'look'],
        ['end'],
        ['end'],
      ],
    ],
    [
      'suspects stored items that a full enumeration did not find',
      [
        ...both,
        ['changed', 'F', 'a', 'k', 'look'],
        ['enumerated', 'F'],
        ['stored', 'F', 'a'],
        ['stored', 'F', 'b'],
        ['end'],
        ['end', 'b'],
      ],
    ],
    [
      'drops what it had read before a reset midway and the new enumeration does not find',
      [
        ['enumerate', 'F'],
        ['changed', 'F', 'a', 'k', 'look'],
        ['changed', 'F', 'b', 'k', 'look'],
        ['enumerate', 'F'],
        ['changed', 'F', 'b', 'k', 'repeat'],
        ['enumerated', 'F'],
        ['end'],
        ['end', 'a'],
      ],
    ],
    [
      'suspects a stored item that only an interrupted enumeration has seen',
      [
        ['enumerate', 'F'],
        ['changed', 'F', 'a', 'k', 'look'],
        ['enumerated', 'F'],
        ['enumerate', 'F'],
        ['stored', 'F', 'a'],
        ['end'],
        ['end', 'a'],
      ],
    ],
    [
      'keeps the items of a removed folder that have moved out of it',
      [
        ...both,
        ['changed', 'G', 'moved', 'k', 'look'],
        ['gone', 'F'],
        ['stored', 'F', 'moved'],
        ['stored', 'F', 'lost'],
        ['end'],
        ['end', 'lost'],
      ],
    ],
    [
      'suspects what it had read of a folder that goes away midway',
      [
        ['enumerate', 'F'],
        ['changed', 'F', 'a', 'k', 'look'],
        ['gone', 'F'],
        ['end'],
        ['end', 'a'],
      ],
    ],
    [
      'takes a doubled removal once',
      [...both, ['removed', 'F', 'a'], ['removed', 'F', 'a'], ['end'], ['end', 'a']],
    ],
  ];
  it.each(cases)('%s', (_name, steps) => {
    play(steps);
  });

  it('hands unconfirmed removals to the next session, which needs one round to confirm them', () => {
    const rounds = play([...both, ['removed', 'F', 'a']]);
    expect(rounds.suspects()).toEqual([{ folderId: 'F', itemId: 'a' }]);
    play([...both, ['end', 'a']], new MailRounds(rounds.suspects()));
    play([...both, ['changed', 'G', 'a', 'k', 'look'], ['end']], new MailRounds(rounds.suspects()));
  });

  it('says whether a removed item had been seen by the session', () => {
    const rounds = play([
      ...both,
      ['changed', 'F', 'a', 'k', 'look'],
      ['removed', 'F', 'a'],
      ['end'],
    ]);
    expect(rounds.endRound()).toMatchObject([{ itemId: 'a', wasSeen: true }]);
  });

  it('doubts a removal whose round also named the item as changed', () => {
    const rounds = play([
      ...both,
      ['removed', 'F', 'a'],
      ['removed', 'F', 'b'],
      ['changed', 'F', 'a', 'k', 'removed'],
      ['end'],
    ]);
    const doubts = rounds.endRound().map(({ itemId, isDoubtful }) => [itemId, isDoubtful]);
    expect(doubts).toEqual([
      ['a', true],
      ['b', false],
    ]);
  });
});
