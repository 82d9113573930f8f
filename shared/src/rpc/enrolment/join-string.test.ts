import { describe, expect, it } from 'vitest';
import { decodeJoinString, encodeJoinString } from './join-string.ts';

const join = { controllerUrl: 'https://controller:8443', caPin: 'ab'.repeat(32), token: 'secret' };

describe('join string', () => {
  it('is one word that gives back what it was made of', () => {
    const text = encodeJoinString(join);
    expect(text).toMatch(/^firn1\.[A-Za-z0-9_-]+$/);
    expect(decodeJoinString(` ${text}\n`)).toEqual(join);
  });

  it.each([
    ['a part of it', encodeJoinString(join).slice(0, -9)],
    ['no prefix', encodeJoinString(join).slice(6)],
    ['an address without TLS', encodeJoinString({ ...join, controllerUrl: 'http://controller' })],
    ['a pin that is none', encodeJoinString({ ...join, caPin: 'abc' })],
    ['nothing', ''],
  ])('is refused when it is %s', (_, text) => {
    expect(() => decodeJoinString(text)).toThrow(
      expect.objectContaining({ code: 'E_JOIN_STRING_INVALID' }),
    );
  });
});
