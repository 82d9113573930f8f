import { describe, expect, it } from 'vitest';
import { safeName, safePath, shortHash, withSuffix } from './safe-name.ts';

describe('safe names', () => {
  it.each([
    ['report.docx', 'report.docx'],
    ['a/b\\c:d*e?f"g<h>i|j', 'a_b_c_d_e_f_g_h_i_j'],
    ['..', '_'],
    ['.', '_'],
    ['', '_'],
    ['   ', '_'],
    ['name. . ', 'name'],
    ['CON', '_CON'],
    ['nul.txt', '_nul.txt'],
    ['COM1', '_COM1'],
    ['console', 'console'],
    ['line\nbreak\u0000', 'line_break_'],
    ['gpj.\u202eexe', 'gpj._exe'],
    ['e\u0301', '\u00e9'],
    ['\ud800x', '_x'],
  ])('makes %j %j', (name, safe) => {
    expect(safeName(name)).toBe(safe);
  });

  it('cuts long names by bytes, and keeps the extension', () => {
    const safe = safeName(`${'\u6f22'.repeat(300)}.xlsx`);
    expect(Buffer.byteLength(safe)).toBeLessThanOrEqual(150);
    expect(safe.endsWith('\u6f22.xlsx')).toBe(true);
  });

  it('puts a suffix before the extension', () => {
    expect(withSuffix('a.txt', '1')).toBe('a [1].txt');
    expect(withSuffix('.hidden', '1')).toBe('.hidden [1]');
  });

  it('replaces paths that are too long by short ones, different for different folders', () => {
    const deep = Array.from({ length: 30 }, () => 'a folder with a long name');
    expect(safePath(deep, 'x')).toBe(`a folder with a long name/deep [${shortHash('x')}]`);
    expect(safePath(deep, 'y')).not.toBe(safePath(deep, 'x'));
    expect(safePath(['a', 'b'], 'x')).toBe('a/b');
  });
});
