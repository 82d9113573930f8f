import { describe, expect, it } from 'vitest';
import { mapConcurrent } from './concurrency.ts';

async function all<T>(results: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const result of results) found.push(result);
  return found;
}

function* numbers(count: number, onEnd: () => void = () => {}): Generator<number> {
  try {
    for (let number = 0; number < count; number += 1) yield number;
  } finally {
    onEnd();
  }
}

describe('mapConcurrent', () => {
  it('works on every item, never on more than allowed', async () => {
    let running = 0;
    let most = 0;
    const results = mapConcurrent(numbers(20), 3, async (item) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => setImmediate(resolve));
      running -= 1;
      return item * 2;
    });
    const found = await all(results);
    expect(found.toSorted((a, b) => a - b)).toEqual([...numbers(20)].map((item) => item * 2));
    expect(most).toBe(3);
  });

  it('yields what is done first', async () => {
    const slow = Promise.withResolvers<string>();
    const work = (item: number) => (item === 0 ? slow.promise : Promise.resolve('fast'));
    const results = mapConcurrent(numbers(2), 2, work);
    expect((await results.next()).value).toBe('fast');
    slow.resolve('slow');
    expect((await results.next()).value).toBe('slow');
    expect((await results.next()).done).toBe(true);
  });

  it('takes no item before there is room', async () => {
    let taken = 0;
    function* counted() {
      for (const item of numbers(9)) {
        taken += 1;
        yield item;
      }
    }
    const results = mapConcurrent(counted(), 2, async (item) => item);
    await results.next();
    expect(taken).toBe(2);
    await results.return(undefined);
  });

  it('ends with the first failure, and lets what is under way end', async () => {
    const ended: number[] = [];
    let isSourceEnded = false;
    const source = numbers(9, () => {
      isSourceEnded = true;
    });
    const results = mapConcurrent(source, 3, async (item) => {
      if (item === 0) throw new Error('broken');
      await new Promise<void>((resolve) => setImmediate(resolve));
      ended.push(item);
    });
    await expect(all(results)).rejects.toThrow('broken');
    expect(ended).toEqual([1, 2]);
    expect(isSourceEnded).toBe(true);
  });

  it('throws what the source throws', async () => {
    function* broken() {
      yield 1;
      throw new Error('the source broke');
    }
    await expect(all(mapConcurrent(broken(), 2, async (item) => item))).rejects.toThrow('source');
  });
});
