import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillPacks, fullShareMin, type WaitingObject, type WaitingSegment } from './fill-packs.ts';

const packBytes = 1_000;

function anObject(objectId: string, lengths: readonly number[]): WaitingObject<WaitingSegment> {
  const segments = lengths.map((length, at) => ({ segment: `${objectId}.${at}`, length }));
  return { objectId, segments };
}

function bytesOf(pack: readonly WaitingSegment[]): number {
  return pack.reduce((sum, { length }) => sum + length, 0);
}

function objectsOf(pack: readonly WaitingSegment[]): readonly string[] {
  return [...new Set(pack.map(({ segment }) => segment.split('.')[0] ?? ''))];
}

const lengths = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 150 });
const objects = fc
  .array(lengths, { maxLength: 25 })
  .map((all) => all.map((each, at) => anObject(`o${at}`, each)));

describe('packs that objects share', () => {
  it('hold every segment at most once, and are full', () => {
    fc.assert(
      fc.property(objects, (waiting) => {
        const packs = fillPacks(waiting, { packBytes, all: false });
        const placed = packs.flat().map(({ segment }) => segment);
        expect(new Set(placed).size).toBe(placed.length);
        for (const pack of packs) {
          expect(bytesOf(pack)).toBeGreaterThanOrEqual(packBytes * fullShareMin);
          expect(bytesOf(pack)).toBeLessThan(packBytes + 50);
        }
        const left = bytesOf(waiting.flatMap(({ segments }) => segments)) - bytesOf(packs.flat());
        expect(left).toBeLessThan(packBytes * fullShareMin);
      }),
    );
  });

  it('hold everything when all of it has to go', () => {
    fc.assert(
      fc.property(objects, (waiting) => {
        const placed = fillPacks(waiting, { packBytes, all: true }).flat();
        const expected = waiting.flatMap(({ segments }) => segments);
        expect(new Set(placed)).toEqual(new Set(expected));
        expect(placed.length).toBe(expected.length);
      }),
    );
  });

  it('keep an object together as long as others make the pack full', () => {
    const waiting = [500, 450, 300, 250, 250, 200].map((each, at) => anObject(`o${at}`, [each]));
    const packs = fillPacks(waiting, { packBytes, all: false });
    expect(packs.map(objectsOf)).toEqual([
      ['o0', 'o1'],
      ['o2', 'o3', 'o4', 'o5'],
    ]);
  });

  it('are of one object where it fills them', () => {
    const large = anObject('large', new Array<number>(25).fill(100));
    const packs = fillPacks([large, anObject('small', [100])], { packBytes, all: true });
    expect(packs.map(objectsOf)).toEqual([['large'], ['large'], ['large', 'small']]);
  });
});
