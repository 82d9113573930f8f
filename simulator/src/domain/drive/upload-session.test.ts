import { describe, expect, it } from 'vitest';
import { FRAGMENT_BYTES_LIMIT, FRAGMENT_UNIT_BYTES, UploadSession } from './upload-session.ts';

const UNIT = FRAGMENT_UNIT_BYTES;

function aSession(): UploadSession<string> {
  return new UploadSession({
    target: { kind: 'existing', itemId: 'x' },
    times: undefined,
    deferCommit: false,
    expiresAtMs: 0,
  });
}

describe('UploadSession', () => {
  it('takes fragments in order and is complete with the last byte', () => {
    const session = aSession();
    session.take({ start: 0, end: UNIT - 1, total: UNIT + 5 }, ['a']);
    expect(session.nextExpectedRanges()).toEqual([`${UNIT}-`]);
    session.take({ start: UNIT, end: UNIT + 4, total: UNIT + 5 }, ['b']);
    expect([session.state, session.parts, session.nextExpectedRanges()]).toEqual([
      'complete',
      ['a', 'b'],
      [],
    ]);
  });

  it.each([
    ['a fragment again', { start: 0, end: UNIT - 1, total: 3 * UNIT }, 'fragmentOverlap'],
    ['a gap', { start: 2 * UNIT, end: 3 * UNIT - 1, total: 3 * UNIT }, 'fragmentOutOfOrder'],
    ['another total', { start: UNIT, end: 2 * UNIT - 1, total: 4 * UNIT }, 'totalChanged'],
    ['an odd size', { start: UNIT, end: 2 * UNIT, total: 3 * UNIT }, 'fragmentNotAligned'],
    [
      'more than the total',
      { start: UNIT, end: 3 * UNIT, total: 3 * UNIT },
      'fragmentLengthMismatch',
    ],
    ['the rest', { start: UNIT, end: 3 * UNIT - 1, total: 3 * UNIT }, undefined],
  ] as const)('judges %s after the first fragment', (_name, range, refusal) => {
    const session = aSession();
    session.take({ start: 0, end: UNIT - 1, total: 3 * UNIT }, ['a']);
    expect(session.refuse(range)).toBe(refusal);
  });

  it('takes any size in a single fragment, but none of 60 MiB', () => {
    expect(aSession().refuse({ start: 0, end: 0, total: 1 })).toBeUndefined();
    const end = FRAGMENT_BYTES_LIMIT - 1;
    expect(aSession().refuse({ start: 0, end, total: end + 1 })).toBe('maxFragmentLengthExceeded');
    expect(aSession().refuse({ start: 0, end: end - 1, total: end })).toBeUndefined();
  });
});
