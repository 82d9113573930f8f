import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { PresenceFilter } from './presence-filter.ts';

const contentId = (n: number) => createHash('sha256').update(`${n}`).digest();

describe('PresenceFilter', () => {
  it('has whatever was added, and hardly anything else', () => {
    const filter = new PresenceFilter();
    const added = Array.from({ length: 50_000 }, (_, n) => contentId(n));
    expect(filter.mayHave(contentId(0))).toBe(false);
    for (const id of added) filter.add(id);
    expect(added.filter((id) => !filter.mayHave(id))).toEqual([]);
    const others = Array.from({ length: 10_000 }, (_, n) => contentId(added.length + n));
    expect(others.filter((id) => filter.mayHave(id)).length).toBeLessThan(200);
  });

  it('sees what is added at the other end of its memory', () => {
    const filter = new PresenceFilter();
    const other = new PresenceFilter(filter.shared);
    for (let n = 0; n < 40_000; n += 1) other.add(contentId(n));
    expect(filter.mayHave(contentId(1))).toBe(true);
    expect(filter.mayHave(contentId(39_999))).toBe(true);
  });

  it('has nothing after it was cleared', () => {
    const filter = new PresenceFilter();
    for (let n = 0; n < 40_000; n += 1) filter.add(contentId(n));
    filter.clear();
    for (let n = 0; n < 40_000; n += 1000) expect(filter.mayHave(contentId(n))).toBe(false);
    filter.add(contentId(7));
    expect(filter.mayHave(contentId(7))).toBe(true);
  });

  it('touches little memory while there is little in it', () => {
    const filter = new PresenceFilter();
    for (let n = 0; n < 10_000; n += 1) filter.add(contentId(n));
    const words = new Uint32Array(filter.shared);
    const touched = words.subarray(0, -1).findLastIndex((word) => word !== 0);
    expect(touched * 4).toBeLessThan(64 * 1024);
  });
});
