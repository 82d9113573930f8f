import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decodeBase64 } from './decode-base64.ts';

function decoded(characters: string | Buffer) {
  const bytes = Buffer.from(characters);
  const target = Buffer.alloc(Math.ceil(bytes.length / 4) * 3);
  const count = decodeBase64(target, bytes);
  return { count, bytes: target.subarray(0, (count / 4) * 3) };
}

describe('decodeBase64', () => {
  it('decodes all that comes sixteen at a time', () => {
    for (const length of [0, 3, 12, 24, 57, 3_000, 300_000]) {
      const content = randomBytes(length);
      const { count, bytes } = decoded(content.toString('base64'));
      // Twelve bytes without padding make sixteen characters.
      expect(count).toBe(Math.floor(length / 12) * 16);
      expect(content.subarray(0, bytes.length).equals(bytes)).toBe(true);
    }
  });

  it('stops before anything that is not of the alphabet', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
    for (let code = 0; code < 256; code += 1) {
      for (const at of [0, 7, 15]) {
        const characters = Buffer.from(alphabet.slice(0, 48));
        characters[16 + at] = code;
        const isOfAlphabet = alphabet.includes(String.fromCharCode(code));
        expect(decoded(characters).count, `${code} at ${at}`).toBe(isOfAlphabet ? 48 : 16);
      }
    }
  });

  it('decodes every character of the alphabet at every place', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
    for (let turn = 0; turn < 64; turn += 1) {
      const characters = alphabet.slice(turn) + alphabet.slice(0, turn);
      expect(decoded(characters).bytes.toString('base64')).toBe(characters);
    }
  });
});
