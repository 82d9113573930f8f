import { expect, it } from 'vitest';
import { type PageRequest, readPages } from './pages.ts';

function numbers(count: number, asked: PageRequest[]) {
  return async (request: PageRequest) => {
    asked.push(request);
    const from = Number(request.cursor ?? 0);
    const to = Math.min(count, from + request.limit);
    const items = Array.from({ length: to - from }, (_, i) => from + i);
    return { items, ...(to < count ? { nextCursor: String(to) } : {}) };
  };
}

it('follows the cursors to the last page', async () => {
  const asked: PageRequest[] = [];
  expect(await readPages(10_000, numbers(450, asked))).toHaveLength(450);
  expect(asked.map(({ cursor }) => cursor)).toEqual([undefined, '200', '400']);
});

it('asks for no more rows than are wanted', async () => {
  const asked: PageRequest[] = [];
  expect(await readPages(250, numbers(1_000, asked))).toHaveLength(250);
  expect(asked.map(({ limit }) => limit)).toEqual([200, 50]);
});
