import { describe, expect, it } from 'vitest';
import { Recent } from './recent.ts';

describe('recent values', () => {
  it('give up the one used longest ago', () => {
    const recent = new Recent<number>(2, () => 0);
    recent.set('a', 1);
    recent.set('b', 2);
    recent.get('a');
    recent.set('c', 3);
    expect(['a', 'b', 'c'].map((key) => recent.get(key))).toEqual([1, undefined, 3]);
  });

  it('forget what was idle, and keep what was used', () => {
    let nowMs = 0;
    const recent = new Recent<number>(2, () => nowMs);
    recent.set('a', 1);
    recent.set('b', 2);
    nowMs = 500;
    recent.get('a');
    nowMs = 1_000;
    recent.forgetIdle(1_000);
    expect([recent.get('a'), recent.get('b')]).toEqual([1, undefined]);
  });

  it('are not deleted for a value that was replaced', () => {
    const recent = new Recent<number>(2, () => 0);
    recent.set('a', 2);
    recent.delete('a', 1);
    expect(recent.get('a')).toBe(2);
  });
});
