import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareKeys, SortedKeys } from './sorted-keys.ts';

const key = fc.string({
  unit: fc.constantFrom('a', '/', 'ä', '\ufb01', '\u{1f600}'),
  maxLength: 4,
});

function listed(keys: SortedKeys): string[] {
  const found: string[] = [];
  for (let at = keys.firstFrom(''); at !== undefined; at = keys.firstFrom(`${at}\0`))
    found.push(at);
  return found;
}

describe('sorted keys', () => {
  it('are ordered as their bytes in UTF-8', () => {
    fc.assert(
      fc.property(key, key, (a, b) => {
        expect(Math.sign(compareKeys(a, b))).toBe(
          Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8')),
        );
      }),
    );
  });

  it('hold what was added and not deleted', () => {
    const step = fc.record({ key, add: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step), key, (steps, start) => {
        const keys = new SortedKeys();
        const model = new Set<string>();
        for (const one of steps) {
          if (one.add) model.add(one.key);
          else model.delete(one.key);
          keys[one.add ? 'add' : 'delete'](one.key);
        }
        const sorted = [...model].toSorted(compareKeys);
        expect(keys.firstFrom(start)).toBe(sorted.find((one) => compareKeys(one, start) >= 0));
        expect(listed(keys)).toEqual(sorted);
      }),
    );
  });

  it('tell what is behind a prefix, also where nothing could be greater than what it holds', () => {
    const last = '\u{10ffff}';
    const keys = new SortedKeys();
    for (const one of ['a', `a/${last}${last}x`, 'a/b', last, `${last}${last}`]) keys.add(one);
    expect(keys.firstBehind('a/')).toBe(last);
    expect(keys.firstBehind('a')).toBe(last);
    expect(keys.firstBehind(last)).toBeUndefined();
    fc.assert(
      fc.property(fc.array(key), key, (all, prefix) => {
        const some = new SortedKeys();
        for (const one of all) some.add(one);
        const isBehind = (one: string) => compareKeys(one, prefix) > 0 && !one.startsWith(prefix);
        expect(some.firstBehind(prefix)).toBe(all.toSorted(compareKeys).find(isBehind));
      }),
    );
  });

  it('stay in order beyond one block', () => {
    const keys = new SortedKeys();
    const all = Array.from({ length: 3000 }, (_, i) => String((i * 7919) % 3000).padStart(4, '0'));
    for (const one of all) keys.add(one);
    expect(listed(keys)).toEqual(all.toSorted());
    for (const one of all.slice(0, 2990)) keys.delete(one);
    expect(listed(keys)).toEqual(all.slice(2990).toSorted());
  });
});
