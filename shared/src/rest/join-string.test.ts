import { describe, expect, it } from 'vitest';
import { decodeJoinString, encodeJoinString } from './join-string.ts';

const join = {
  controllerUrl: 'https://localhost:8443',
  caPin: `sha256:${'ab'.repeat(32)}`,
  token: 'secret',
};

describe('join string', () => {
  it('gives back what was encoded, also with blanks around', () => {
    expect(decodeJoinString(`  ${encodeJoinString(join)}\n`)).toEqual(join);
  });

  it.each([
    ['no prefix', 'hello'],
    ['no JSON', 'firn-join.v1.AAAA'],
    ['JSON that is no object', `firn-join.v1.${Buffer.from('null').toString('base64url')}`],
    ['a pin of another shape', encodeJoinString({ ...join, caPin: 'sha1:00' })],
    ['no token', encodeJoinString({ ...join, token: '' })],
    ['no address', encodeJoinString({ ...join, controllerUrl: 'nowhere' })],
  ])('refuses %s', (_name, text) => {
    expect(() => decodeJoinString(text)).toThrow('this is not a join string');
  });
});
