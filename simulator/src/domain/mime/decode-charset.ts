const ALIASES: Readonly<Record<string, string>> = {
  'ansi_x3.4-1968': 'us-ascii',
  'cp-850': 'windows-1252',
  'iso-8859-8-i': 'iso-8859-8',
  'x-unknown': 'utf-8',
  'unknown-8bit': 'windows-1252',
  'utf-7': 'utf-8',
};

/**
 * Text in a named character set. An unknown name never fails: UTF-8 when the bytes are valid
 * UTF-8, else Windows-1252, which knows a character for every byte.
 */
export function decodeCharset(bytes: Uint8Array, charset: string | undefined): string {
  const name = (charset ?? 'utf-8').trim().toLowerCase().replace(/\*.*$/, '');
  const labels = [ALIASES[name] ?? name, 'utf-8'];
  for (const label of labels) {
    try {
      return new TextDecoder(label, { fatal: label === 'utf-8' }).decode(bytes);
    } catch {
      // the label is unknown here, or the bytes are no UTF-8: try the next
    }
  }
  return new TextDecoder('windows-1252').decode(bytes);
}
