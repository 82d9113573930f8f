import { decodeCharset } from './decode-charset.ts';

const WORD = /=\?([^?\s]+)\?([bq])\?([^?]*)\?=/gi;

/**
 * A header value with its encoded words decoded (RFC 2047). White space between two encoded
 * words goes; neighbours in one character set are decoded together, because writers split
 * characters between words.
 */
export function decodeWords(text: string): string {
  const joined = text.replaceAll(/(\?=)\s+(?==\?[^?\s]+\?[bq]\?)/gi, '$1');
  let result = '';
  let at = 0;
  let run: { charset: string; bytes: Uint8Array[] } | undefined;
  const flush = (): void => {
    if (run) result += decodeCharset(Buffer.concat(run.bytes), run.charset);
    run = undefined;
  };
  for (const match of joined.matchAll(WORD)) {
    const between = joined.slice(at, match.index);
    const charset = (match[1] ?? '').toLowerCase();
    if (between !== '' || run?.charset !== charset) flush();
    result += between;
    run ??= { charset, bytes: [] };
    run.bytes.push(decodeWord(match[2] ?? '', match[3] ?? ''));
    at = match.index + match[0].length;
  }
  flush();
  return result + joined.slice(at);
}

function decodeWord(encoding: string, text: string): Uint8Array {
  return encoding.toLowerCase() === 'b'
    ? Buffer.from(text, 'base64')
    : decodeQuotedPrintable(text.replaceAll('_', ' '));
}

/** Quoted-printable (RFC 2045) of a text whose characters are bytes. */
export function decodeQuotedPrintable(text: string): Uint8Array {
  const unfolded = text.replaceAll(/(?<![ \t])[ \t]*=[ \t]*\r?\n/g, '');
  const decoded = unfolded.replaceAll(/=([0-9a-f]{2})/gi, (_whole, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(decoded, 'latin1');
}

/** ASCII as it is, anything else as base64 words of at most 75 characters. */
export function encodeWords(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  const words: string[] = [];
  let chunk = '';
  for (const char of text) {
    if (Buffer.byteLength(chunk + char, 'utf8') > 42) {
      words.push(chunk);
      chunk = '';
    }
    chunk += char;
  }
  words.push(chunk);
  return words
    .map((word) => `=?utf-8?B?${Buffer.from(word, 'utf8').toString('base64')}?=`)
    .join('\r\n ');
}
