/**
 * Names and subjects are written by whoever sends a mail: what a terminal would obey
 * (escape sequences, line ends, marks that turn the direction) is shown as �.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu, '�');
}

const wide =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60]/u;
const without = /[\p{Mn}\p{Me}\p{Cf}]/u;

/** Columns of a terminal that a text takes: those of East Asia and emoji take two each. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) {
    if (!without.test(character)) columns += wide.test(character) ? 2 : 1;
  }
  return columns;
}
