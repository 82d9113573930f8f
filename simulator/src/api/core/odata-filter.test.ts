import { describe, expect, it } from 'vitest';
import { compileFilter } from './odata-filter.ts';

const cat = {
  name: "O'Malley",
  age: 7,
  bornMs: Date.parse('2019-01-02T03:04:05.600Z'),
  isIn: true,
};
const properties = {
  name: (one: typeof cat) => one.name,
  age: (one: typeof cat) => one.age,
  born: (one: typeof cat) => one.bornMs,
  isin: (one: typeof cat) => one.isIn,
};

describe('compileFilter', () => {
  it.each([
    ["name eq 'o''malley'", true],
    ["startswith(name, 'O') and age gt 6", true],
    ['not (age le 7) or isIn eq false', false],
    ['(age eq 1 or age eq 7) and name ne null', true],
    ['born gt 2019-01-02T03:04:05Z', true],
    ['born ge 2019-01-02T03:04:06Z', false],
    ["contains(name,'xx')", false],
  ])('%s', (text, expected) => {
    expect(compileFilter(text, properties)(cat)).toBe(expected);
  });

  it.each([
    '',
    'name',
    'name eq',
    "eq 'x'",
    'name like 1',
    'size eq 1',
    "name eq 'x' and",
    '(age eq 1',
  ])('refuses %j', (text) => {
    expect(() => compileFilter(text, properties)).toThrow(/400/);
  });
});
