import { describe, expect, it } from 'vitest';
import { decodeWords, encodeWords } from './encoded-words.ts';

describe('encoded words', () => {
  it.each([
    ['=?iso-8859-1?Q?Andr=E9?= Pirard', 'André Pirard'],
    ['=?utf-8?B?w5xiZXI=?=  =?utf-8?B?Z2FiZQ==?=', 'Übergabe'],
    ['=?utf-8?Q?=C3?= =?utf-8?Q?=A7a?=', 'ça'],
    ['=?us-ascii*en?Q?Keith_Moore?=', 'Keith Moore'],
    ['=?no-such-charset?Q?a=E4b?=', 'aäb'],
    ['no words = here?', 'no words = here?'],
  ])('%s reads as %s', (text, expected) => {
    expect(decodeWords(text)).toBe(expected);
  });

  it.each(['plain', 'Grüße aus Köln', '契約書の件 '.repeat(20), '🎉'.repeat(30)])(
    'come back as they were written: %s',
    (text) => {
      const written = encodeWords(text);
      expect(written).toMatch(/^[\x20-\x7e\r\n]*$/);
      expect(decodeWords(written)).toBe(text);
    },
  );
});
