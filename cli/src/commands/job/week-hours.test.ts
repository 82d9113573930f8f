import { describe, expect, it } from 'vitest';
import { describeDays, describeWindow, parseDays, parseWindow } from './week-hours.ts';

describe('days', () => {
  it.each([
    ['mon-fri', 'mon-fri'],
    ['workdays', 'mon-fri'],
    ['weekends', 'sat-sun'],
    ['everyday', 'everyday'],
    ['Fri-Mon', 'mon,fri-sun'],
    ['thu,mon', 'mon,thu'],
  ])('%s are %s', (text, described) => {
    expect(describeDays(parseDays(text))).toBe(described);
  });

  it.each(['', 'monday', 'mon-', 'mon-tue-wed', 'mon;tue'])('"%s" are none', (text) => {
    expect(() => parseDays(text)).toThrow('name days');
  });
});

describe('a window', () => {
  it.each([
    ['mon-fri 20-6', 'mon 20-24; tue-fri 0-6,20-24; sat 0-6'],
    ['sun 22-2', 'mon 0-2; sun 22-24'],
    ['sat,sun', 'sat-sun 0-24'],
    ['wed 9-17', 'wed 9-17'],
    ['tue 0-6,20-24', 'tue 0-6,20-24'],
  ])('%s is %s', (text, described) => {
    expect(describeWindow(parseWindow(text))).toBe(described);
  });

  it('is read as it is shown', () => {
    const shown = describeWindow(parseWindow('mon-fri 20-6'));
    const again = shown.split('; ').reduce((open, part) => parseWindow(part, open), {});
    expect(describeWindow(again)).toBe(shown);
  });

  it.each(['mon 25-3', 'mon 6-6', 'mon 6', 'mon 20-6 x'])('"%s" is none', (text) => {
    expect(() => parseWindow(text)).toThrow('give');
  });
});
