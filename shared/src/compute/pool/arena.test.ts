import { describe, expect, it } from 'vitest';
import { Arena } from './arena.ts';

const stepBytes = 64 * 1024;

describe('an arena', () => {
  it('hands out parts that do not overlap', () => {
    const arena = new Arena(4 * stepBytes);
    const parts = [1, stepBytes, 2 * stepBytes].map((size) => arena.take(size));
    for (const [n, part] of parts.entries()) part.fill(n + 1);
    expect(parts.map((part) => new Set(part))).toEqual([new Set([1]), new Set([2]), new Set([3])]);
    expect(new Set(parts.map(({ buffer }) => buffer)).size).toBe(1);
  });

  it('uses the lowest part that fits', () => {
    const arena = new Arena(4 * stepBytes);
    const [low, , high] = [arena.take(1), arena.take(1), arena.take(1)];
    arena.give(high);
    arena.give(low);
    expect(arena.take(1).byteOffset).toBe(0);
    expect(arena.take(2 * stepBytes).byteOffset).toBe(2 * stepBytes);
  });

  it('is whole again, in whatever order parts come back', () => {
    const arena = new Arena(3 * stepBytes);
    const orders = [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ];
    const whole = arena.take(3 * stepBytes);
    arena.give(whole);
    for (const order of orders) {
      const parts = [arena.take(1), arena.take(1), arena.take(1)];
      for (const at of order) arena.give(parts[at] ?? whole);
      const again = arena.take(3 * stepBytes);
      expect(again.buffer).toBe(whole.buffer);
      arena.give(again);
    }
  });

  it('takes back the end of a part', () => {
    const arena = new Arena(4 * stepBytes);
    const whole = arena.take(3 * stepBytes + 1);
    const kept = arena.shorten(whole, stepBytes + 1);
    expect(kept.byteOffset).toBe(whole.byteOffset);
    expect(arena.take(2 * stepBytes).byteOffset).toBe(2 * stepBytes);
    arena.give(kept);
    expect(arena.take(2 * stepBytes).byteOffset).toBe(0);
  });

  it('leaves a part as it is that is too short to be shortened', () => {
    const arena = new Arena(2 * stepBytes);
    const whole = arena.take(stepBytes);
    expect(arena.shorten(whole, 1).length).toBe(stepBytes);
    expect(arena.take(1).byteOffset).toBe(stepBytes);
  });

  it('hands out buffers of their own when it is full', () => {
    const arena = new Arena(stepBytes);
    const inside = arena.take(stepBytes);
    const outside = arena.take(10);
    expect(outside.buffer).not.toBe(inside.buffer);
    expect(outside.length).toBe(10);
    arena.give(outside);
    arena.give(inside);
    expect(arena.take(stepBytes).buffer).toBe(inside.buffer);
  });
});
