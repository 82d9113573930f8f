import type { Recipient } from '../mailbox/mail-item.ts';
import { decodeWords } from './encoded-words.ts';

/** The mailboxes of an address header (RFC 5322), groups flattened; never fails. */
export function parseAddresses(text: string | undefined): readonly Recipient[] {
  if (text === undefined) return [];
  return splitList(text)
    .map(parseAddress)
    .filter(({ name, address }) => name !== '' || address !== '');
}

/** Splits at commas and semicolons and drops names of groups, in one pass over any text. */
function splitList(text: string): readonly string[] {
  const parts: string[] = [];
  const unclosed = new Set<string>();
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    at = endOfUnit(text, at, unclosed);
    const sign = text[at] ?? '';
    if (sign === ',' || sign === ';') parts.push(text.slice(from, at));
    if (/[,;:]/.test(sign)) from = at + 1;
  }
  return [...parts, text.slice(from)];
}

/**
 * Where a quoted string, comment or angle address that opens at `at` closes; `at` when none does.
 * A sign that was not closed once is never looked for again: so no text takes long.
 */
function endOfUnit(text: string, at: number, unclosed: Set<string>): number {
  const open = text[at] ?? '';
  if (!/["(<]/.test(open) || unclosed.has(open)) return at;
  const end = open === '<' ? text.indexOf('>', at) : endOfQuoted(text, at);
  if (end >= 0) return end;
  unclosed.add(open);
  return at;
}

/** The end of a quoted string, or of a comment with comments in it; -1 without one. */
function endOfQuoted(text: string, start: number): number {
  const isComment = text[start] === '(';
  let depth = 1;
  for (let at = start + 1; at < text.length; at += 1) {
    const sign = text[at];
    if (sign === '\\') at += 1;
    else if (isComment && sign === '(') depth += 1;
    else if (sign === (isComment ? ')' : '"')) depth -= 1;
    if (depth === 0) return at;
  }
  return -1;
}

function parseAddress(text: string): Recipient {
  const angle = /^(.*)<([^<>]*)>?[^<>]*$/s.exec(text);
  if (angle) {
    const name = cleanName(angle[1] ?? '');
    const address = (angle[2] ?? '').replace(/^@[^:]*:/, '').trim();
    return { name: name === '' ? address : name, address };
  }
  const comment = /\(([^()]*)\)/.exec(text)?.[1];
  const bare = text.replaceAll(/\([^()]*\)/g, '').trim();
  if (!bare.includes('@')) return { name: cleanName(text), address: '' };
  return { name: comment === undefined ? bare : cleanName(comment), address: bare };
}

function cleanName(text: string): string {
  const unquoted = text
    .trim()
    .replace(/^"(.*)"$/s, '$1')
    .replaceAll(/\\(.)/g, '$1');
  return decodeWords(unquoted).trim();
}
