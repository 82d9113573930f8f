import { describe, expect, it } from 'vitest';
import { parseAddresses } from './addresses.ts';

describe('parseAddresses', () => {
  it.each(['"\\', '(', '(\\', '<', '"', '\\"', '(")<', '"a" <b@c.example>,'])(
    'reads a megabyte of %s in one pass',
    (piece) => {
      expect(parseAddresses(piece.repeat(1_000_000 / piece.length))).toBeInstanceOf(Array);
    },
  );

  it.each([
    ['a@b.example', [{ name: 'a@b.example', address: 'a@b.example' }]],
    ['<a@b.example>', [{ name: 'a@b.example', address: 'a@b.example' }]],
    ['"Doe, John" <j@d.example>, x@y.example', ['Doe, John', 'x@y.example']],
    ['=?utf-8?B?w5xsbGE=?= <u@v.example>', ['Ülla']],
    ['j@d.example (John Doe)', ['John Doe']],
    ['Friends: a@b.example, c@d.example;', ['a@b.example', 'c@d.example']],
    ['a@b.example (one, two), c@d.example', ['one, two', 'c@d.example']],
    ['undisclosed-recipients:;', []],
    ['', []],
    ['"broken <a@b.example', 1],
  ])('%s', (text, expected) => {
    const parsed = parseAddresses(text);
    if (typeof expected === 'number') expect(parsed).toHaveLength(expected);
    else if (typeof expected[0] === 'object') expect(parsed).toEqual(expected);
    else expect(parsed.map(({ name }) => name)).toEqual(expected);
  });
});
