import type { Recipient } from '../mailbox/mail-item.ts';
import { decodeWords } from './encoded-words.ts';

/** The mailboxes of an address header (RFC 5322), groups flattened; never fails. */
export function parseAddresses(text: string | undefined): readonly Recipient[] {
  if (text === undefined) return [];
  return splitList(text)
    .map(parseAddress)
    .filter(({ name, address }) => name !== '' || address !== '');
}

/** Quoted strings, comments, angle addresses, separators, other text. */
const TOKENS = /"(?:[^"\\]|\\.)*"|\((?:[^()\\]|\\.|\([^()]*\))*\)|<[^>]*>|[,;:]|[^"(<,;:]+|["(<]/gs;

function splitList(text: string): readonly string[] {
  const parts: string[] = [];
  let current = '';
  for (const [token] of text.matchAll(TOKENS)) {
    if (token === ',' || token === ';') parts.push(current);
    current = /^[,;:]$/.test(token) ? '' : current + token;
  }
  return [...parts, current];
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
