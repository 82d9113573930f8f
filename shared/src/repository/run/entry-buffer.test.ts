import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EntryBuffer } from './entry-buffer.ts';

const empty = new Uint8Array();

describe('entries that are not written yet', () => {
  it('are what was set last, in order of keys', () => {
    const change = fc.record({
      key: fc.string({ maxLength: 2 }),
      length: fc.option(fc.oneof(fc.nat(300), fc.constantFrom(65_532, 65_533))),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 20 }), (changes) => {
        const buffer = new EntryBuffer();
        const model = new Map<string, Uint8Array | undefined>();
        for (const [n, { key, length }] of changes.entries()) {
          const value = length === null ? undefined : new Uint8Array(length).fill(n);
          buffer.set(key, value);
          model.set(key, value);
        }
        const expected = [...model].map(([key, value]) => ({ key, value }));
        expected.sort((a, b) => (a.key < b.key ? -1 : 1));
        expect([...buffer.sorted()].map(({ key }) => key)).toEqual(expected.map(({ key }) => key));
        for (const { key, value } of expected) {
          expect(buffer.has(key)).toBe(true);
          expect(Buffer.compare(buffer.get(key) ?? empty, value ?? empty)).toBe(0);
        }
        buffer.clear();
        expect([...buffer.sorted()]).toEqual([]);
        expect(buffer.bytes).toBe(0);
      }),
    );
  });

  it('are told with what they take in memory', () => {
    const buffer = new EntryBuffer();
    buffer.set('a', new Uint8Array(1_000));
    const once = buffer.bytes;
    expect(once).toBeGreaterThan(1_100);
    buffer.set('a', new Uint8Array(1_000));
    // The bytes that were replaced stay where they are.
    expect(buffer.bytes).toBeGreaterThan(once + 1_000);
    buffer.set('b', undefined);
    expect(buffer.size).toBe(2);
  });
});
