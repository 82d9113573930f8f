import { describe, expect, it } from 'vitest';
import { SeenItems } from './seen-items.ts';

describe('SeenItems', () => {
  it('tells the enumeration and whether the state is the same', () => {
    const seen = new SeenItems();
    seen.put('a', 'v1', 7);
    expect(seen.find('a', 'v1')).toEqual({ enumeration: 7, sameState: true });
    expect(seen.find('a', 'v2')).toEqual({ enumeration: 7, sameState: false });
    expect(seen.find('A', 'v1')).toBeUndefined();
  });

  it('keeps all of many, also while it grows', () => {
    const seen = new SeenItems();
    for (let n = 0; n < 20_000; n += 1) seen.put(`item-${n}`, 'v', n + 1);
    for (let n = 0; n < 20_000; n += 1) {
      expect(seen.find(`item-${n}`, 'v')?.enumeration).toBe(n + 1);
    }
    expect(seen.find('item-20000', 'v')).toBeUndefined();
  });

  it('forgets one without losing its neighbours', () => {
    const seen = new SeenItems();
    for (let n = 0; n < 600; n += 1) seen.put(`item-${n}`, 'v', 1);
    seen.forget('item-300');
    expect(seen.find('item-300', 'v')).toBeUndefined();
    expect(seen.find('item-301', 'v')).toBeDefined();
    seen.put('item-300', 'w', 2);
    expect(seen.find('item-300', 'w')).toEqual({ enumeration: 2, sameState: true });
  });
});
