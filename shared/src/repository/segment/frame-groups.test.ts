import { describe, expect, it } from 'vitest';
import { frameGroups } from './frame-groups.ts';

const kib = 1024;
const contents = [10, 200 * kib, 20, 100 * kib, 30 * kib, 5].map((length) => ({ length }));

function lengths(groups: readonly (readonly { readonly length: number }[])[]) {
  return groups.map((group) => group.map(({ length }) => length));
}

describe('groups of contents for frames', () => {
  it('are at most as large as a shared frame; small contents pass large ones', () => {
    const groups = frameGroups(contents);
    expect(lengths(groups)).toEqual([[10, 20, 100 * kib], [200 * kib], [30 * kib, 5]]);
  });

  it('keep the order when they must', () => {
    const groups = frameGroups(contents, { inOrder: true });
    expect(groups.flat()).toEqual(contents);
    expect(lengths(groups)).toEqual([[10], [200 * kib], [20, 100 * kib], [30 * kib, 5]]);
  });
});
