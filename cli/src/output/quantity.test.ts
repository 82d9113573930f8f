import { describe, expect, it } from 'vitest';
import { formatBytes, formatCount, formatCounted, formatSeconds } from './quantity.ts';

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

  it('names one thing otherwise than several', () => {
    expect(formatCounted(1, 'pack')).toBe('1 pack');
    expect(formatCounted(0, 'pack')).toBe('0 packs');
    expect(formatCounted(1200, 'pack')).toBe('1,200 packs');
  });

  it('shows minutes from a minute on', () => {
    expect(formatSeconds(59.94)).toBe('59.9 s');
    expect(formatSeconds(125)).toBe('2 min 5 s');
  });
});
