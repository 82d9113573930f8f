import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scanGearSlowly } from '../../../test/repository/gear-reference.ts';
import { someBytes } from '../../../test/repository/test-repository.ts';
import { nodeCompute } from '../../compute/node-compute.ts';
import type { Compute } from '../ports.ts';
import { ContentCutter, type CutSizes, contentSizes, gearTable } from './content-cutter.ts';

const sizes: CutSizes = { min: 512, mean: 1_024, max: 8_192 };
const secret = someBytes('secret', 32);
const table = await gearTable(nodeCompute, secret);

function aCutter(options: Partial<ConstructorParameters<typeof ContentCutter>[0]> = {}) {
  return new ContentCutter({ compute: nodeCompute, table, sizes, ...options });
}

function cut(cutter: ContentCutter, chunks: readonly Uint8Array[]): Buffer[] {
  const contents: Buffer[] = [];
  for (const chunk of chunks) {
    for (const content of cutter.push(chunk)) contents.push(Buffer.from(content));
  }
  for (const content of cutter.end()) contents.push(Buffer.from(content));
  return contents;
}

describe('cutting content', () => {
  it('loses nothing, keeps its limits, and does not depend on how bytes come', () => {
    const given = fc.record({
      seed: fc.string(),
      length: fc.integer({ min: 0, max: 40_000 }),
      step: fc.integer({ min: 100, max: 20_000 }),
    });
    const cutter = aCutter();
    fc.assert(
      fc.property(given, ({ seed, length, step }) => {
        const bytes = someBytes(seed, length);
        const whole = cut(cutter, length === 0 ? [] : [bytes]);
        expect(Buffer.concat(whole).equals(bytes)).toBe(true);
        const isWithin = (content: Buffer) =>
          content.length > sizes.min && content.length <= sizes.max;
        expect(whole.slice(0, -1).every(isWithin)).toBe(true);
        const chunks: Uint8Array[] = [];
        for (let at = 0; at < length; at += step) chunks.push(bytes.subarray(at, at + step));
        expect(cut(cutter, chunks)).toEqual(whole);
      }),
      { numRuns: 50 },
    );
  });

  it('cuts as the slow hash does', () => {
    const slow: Compute = { ...nodeCompute, scanGear: scanGearSlowly };
    for (const seed of ['a', 'b', 'c']) {
      const bytes = someBytes(seed, 100_000);
      expect(cut(aCutter(), [bytes])).toEqual(cut(aCutter({ compute: slow }), [bytes]));
    }
  });

  it('leaves content of at most the mean whole', () => {
    expect(cut(aCutter(), [someBytes('mean', sizes.mean)])).toHaveLength(1);
  });

  it('cuts at the limit where nothing differs', () => {
    const lengths = cut(aCutter(), [new Uint8Array(20_000)]).map(({ length }) => length);
    expect(lengths).toEqual([8_192, 8_192, 3_616]);
  });

  it('finds the same contents again behind an insertion', () => {
    const bytes = someBytes('shifted', 400_000);
    const inserted = Buffer.concat([
      bytes.subarray(0, 100_000),
      someBytes('x', 77),
      bytes.subarray(100_000),
    ]);
    const before = new Set(cut(aCutter(), [bytes]).map(digest));
    const after = cut(aCutter(), [inserted]).map(digest);
    const known = after.filter((each) => before.has(each));
    expect(known.length / after.length).toBeGreaterThan(0.97);
  });

  it('cuts elsewhere under another secret', async () => {
    const other = await gearTable(nodeCompute, someBytes('other', 32));
    const bytes = someBytes('secret borders', 200_000);
    const ends = (contents: readonly Buffer[]) => {
      let end = 0;
      return contents.map(({ length }) => (end += length));
    };
    const own = new Set(ends(cut(aCutter(), [bytes])));
    const shared = ends(cut(aCutter({ table: other }), [bytes])).filter((end) => own.has(end));
    expect(shared.length).toBeLessThan(10);
  });

  it('makes contents of about a mebibyte', () => {
    const contents = cut(aCutter({ sizes: contentSizes }), [someBytes('large', 24 * 1024 * 1024)]);
    const mean = (24 * 1024 * 1024) / contents.length;
    expect(mean).toBeGreaterThan(700_000);
    expect(mean).toBeLessThan(1_500_000);
  });
});

function digest(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
