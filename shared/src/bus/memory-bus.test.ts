import { describe, expect, it } from 'vitest';
import { describeBus } from './bus.contract.ts';
import { MemoryBus } from './memory-bus.ts';
import { matchesSubject } from './subject-match.ts';

describeBus('MemoryBus', async () => {
  const bus = new MemoryBus();
  return { bus, settle: async () => {}, close: () => bus.close() };
});

describe('matchesSubject', () => {
  it.each([
    ['a.b', 'a.b', true],
    ['a.b', 'a.b.c', false],
    ['a.b', 'a', false],
    ['a.*', 'a.b', true],
    ['a.*', 'a', false],
    ['*.b', 'a.b', true],
    ['a.>', 'a', false],
    ['a.>', 'a.b.c', true],
    ['>', 'a', true],
  ])('%s means %s: %s', (pattern, subject, expected) => {
    expect(matchesSubject(pattern, subject)).toBe(expected);
  });
});
