/**
 * Text as it is indexed and as it is asked for. Scripts without blanks between
 * words (and emoji) are searched by single characters, as a phrase of them.
 */

const alone =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Extended_Pictographic}]/gu;
/** What the tokenizer takes for a part of a word: the categories in schema.ts. */
const searchable = /[\p{L}\p{N}\p{Co}\p{So}]/u;
const textMax = 4_096;

/** Text for the index: blanks around each character that is searched alone. */
export function indexedText(text: string): string {
  return spaced(text.slice(0, textMax));
}

/**
 * The FTS5 expression of what a user typed: every word and every phrase in quotes
 * must be there; of the last word of each the beginning is enough. Everything is
 * quoted, so nothing of it is FTS5 syntax. Undefined: nothing to search for.
 */
export function matchExpression(text: string): string | undefined {
  const terms = [...text.slice(0, textMax).matchAll(/"([^"]*)"?|([^\s"]+)/gu)].map(
    ([, phrase, word]) => ({ text: phrase ?? word ?? '', isPhrase: phrase !== undefined }),
  );
  const quoted = terms
    .filter((term) => searchable.test(term.text))
    .map((term) => `"${spaced(term.text).trim()}"${term.isPhrase ? '' : '*'}`);
  return quoted.length === 0 ? undefined : quoted.join(' AND ');
}

/** NUL would end the text for SQLite, a lone surrogate is no UTF-8. */
function spaced(text: string): string {
  return text.replaceAll('\0', ' ').toWellFormed().replace(alone, ' $& ');
}
