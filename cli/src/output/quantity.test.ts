import { describe, expect, it } from 'vitest';
import { formatBytes, formatCount, formatSeconds } from './quantity.ts';

describe('quantities for the eye', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1536, '1.5 KiB'],
    [5 * 1024 ** 3, '5.0 GiB'],
    [2 ** 60, '1048576.0 TiB'],
  ])('shows %i bytes as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it('groups the digits of counts', () => {
    expect(formatCount(1234567)).toBe('1,234,567');
  });

  it('shows minutes from a minute on', () => {
    expect(formatSeconds(59.94)).toBe('59.9 s');
    expect(formatSeconds(125)).toBe('2 min 5 s');
  });
});
