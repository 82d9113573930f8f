import { describe, expect, it } from 'vitest';
import { parseRetryAfter, retryAfterMs } from './retry-after.ts';

const now = Date.parse('2026-11-22T10:00:00Z');

describe('parseRetryAfter', () => {
  it.each([
    ['7', 7000],
    ['2.128', 2128],
    [' 0 ', 0],
    ['Sun, 22 Nov 2026 10:00:30 GMT', 30_000],
    ['Sun, 22 Nov 2026 09:00:00 GMT', 0],
    ['soon', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('reads %j as %j ms', (value, expected) => {
    expect(parseRetryAfter(value, now)).toBe(expected);
  });
});

describe('retryAfterMs', () => {
  const of = (headers: Record<string, string>) => retryAfterMs((name) => headers[name], now);

  it('takes the larger of Retry-After and the reset of an exhausted quota', () => {
    expect(
      of({
        'retry-after': '9',
        'ratelimit-limit': '1200',
        'ratelimit-remaining': '0',
        'ratelimit-reset': '31',
      }),
    ).toBe(31_000);
  });

  it('does not wait for the reset of a quota that is not exhausted', () => {
    const headers = {
      'ratelimit-limit': '1200',
      'ratelimit-remaining': '120',
      'ratelimit-reset': '5',
    };
    expect(of(headers)).toBeUndefined();
  });
});
