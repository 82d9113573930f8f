import { describe, expect, it } from 'vitest';
import { PageWriter } from './page-writer.ts';

describe('page', () => {
  it('is JSON of its rows, with a cursor unless it is the last', () => {
    const page = new PageWriter();
    expect(page.add({ name: 'é' })).toBe(true);
    const decode = (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes)) as unknown;
    expect(decode(page.end('next'))).toEqual({ items: [{ name: 'é' }], nextCursor: 'next' });
    expect(decode(page.end(undefined))).toEqual({ items: [{ name: 'é' }] });
  });

  it('never grows beyond 512 KiB', () => {
    const page = new PageWriter();
    while (page.add({ text: 'ü'.repeat(10_000) }));
    expect(page.count).toBeGreaterThan(20);
    expect(page.end('c'.repeat(1_000)).length).toBeLessThanOrEqual(512 * 1024);
  });
});
