import { describe, expect, it } from 'vitest';
import { base64Text } from '../../../test/repository/splitting.ts';
import { collected, someBytes } from '../../../test/repository/test-repository.ts';
import type { RecipePart } from '../catalog/row.ts';
import { type JoinedItem, joinContents } from './join-contents.ts';

const contents = [5, 1, 100, 2, 70, 64, 3, 11].map((size, n) => someBytes(`${n}`, size));
const lengths = contents.map(({ length }) => length);
const crLf: RecipePart = { contents: 4, base64: { lineLength: 10, lineEnd: '\r\n' } };
const oneLine: RecipePart = { contents: 2, base64: { lineLength: 0, lineEnd: '\n' } };
const recipe = [{ contents: 1 }, crLf, oneLine, { contents: 1 }];
const item: JoinedItem = { lengths, recipe };

const expected = Buffer.concat([
  contents[0] ?? Buffer.alloc(0),
  Buffer.from(base64Text(Buffer.concat(contents.slice(1, 5)), 10, '\r\n')),
  Buffer.from(base64Text(Buffer.concat(contents.slice(5, 7)), 0, '')),
  contents[7] ?? Buffer.alloc(0),
]);

/** @param read gathers which contents were read */
function join(joinedItem: JoinedItem, range?: { offset: number; length: number }, read?: number[]) {
  const each = async (ordinal: number) => {
    read?.push(ordinal);
    return contents[ordinal] ?? new Uint8Array();
  };
  return collected(joinContents(joinedItem, each, range));
}

describe('joined contents', () => {
  it('are an item, parts with base64 encoded', async () => {
    expect(Buffer.from(await join(item))).toEqual(expected);
  });

  it('are end to end without a recipe', async () => {
    const bytes = await join({ lengths, recipe: undefined });
    expect(Buffer.from(bytes)).toEqual(Buffer.concat(contents));
  });

  it('give any range', async () => {
    for (let offset = 0; offset <= expected.length; offset += 1) {
      for (const length of [0, 1, 2, 13, 150, expected.length]) {
        const range = { offset, length };
        expect(Buffer.from(await join(item, range))).toEqual(
          expected.subarray(offset, offset + length),
        );
      }
    }
  });

  it('read only what a range needs', async () => {
    const read: number[] = [];
    await join(item, { offset: expected.length - 1, length: 1 }, read);
    await join(item, { offset: 5 + 200, length: 10 }, read);
    expect(read).toEqual([7, 4]);
  });

  it('say so when recipe and contents do not fit', async () => {
    const wrong: RecipePart[][] = [
      [{ contents: 7 }],
      [{ contents: 9 }],
      [{ contents: -1 }, { contents: 9 }],
      [{ contents: 0.5 }, { contents: 7.5 }],
      [{ contents: 8, base64: { lineLength: -1, lineEnd: '\n' } }],
      [{ contents: 8, base64: { lineLength: 1, lineEnd: 'x' as '\n' } }],
    ];
    for (const each of wrong) {
      await expect(join({ lengths, recipe: each })).rejects.toMatchObject({
        code: 'E_REPOSITORY_DAMAGED',
      });
    }
  });
});
