import { describe, expect, it } from 'vitest';
import { concurrently } from './concurrently.ts';

describe('concurrently', () => {
  it('works on all items, never more than the limit at once', async () => {
    let running = 0;
    let most = 0;
    const results: number[] = [];
    const work = async (n: number) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return n * 2;
    };
    for await (const result of concurrently([1, 2, 3, 4, 5, 6, 7], 3, work)) results.push(result);
    expect(results.sort((a, b) => a - b)).toEqual([2, 4, 6, 8, 10, 12, 14]);
    expect(most).toBe(3);
  });

  it('throws what the work threw, after the rest has ended', async () => {
    let ended = 0;
    const work = async (n: number) => {
      await new Promise((resolve) => setImmediate(resolve));
      ended += 1;
      if (n === 2) throw new Error('no');
      return n;
    };
    const all = async () => {
      for await (const _ of concurrently([1, 2, 3], 3, work));
    };
    await expect(all()).rejects.toThrow('no');
    expect(ended).toBe(3);
  });
});
