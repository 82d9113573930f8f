import { decodeCharset } from './decode-charset.ts';
import { decodeWords } from './encoded-words.ts';

/** A header field, unfolded; 8-bit bytes are read as UTF-8, else Windows-1252. */
export interface HeaderField {
  readonly name: string;
  readonly value: string;
}

/** The headers of a part and where its body begins. */
export interface HeaderBlock {
  readonly fields: readonly HeaderField[];
  readonly bodyStart: number;
}

/** Reads header fields up to the first empty line, or to the first line that is none. */
export function readHeaders(bytes: Uint8Array, start: number, end: number): HeaderBlock {
  const fields: { name: string; value: string }[] = [];
  let at = start;
  while (at < end) {
    const newline = bytes.indexOf(10, at);
    const lineEnd = newline < 0 || newline >= end ? end : newline + 1;
    const line = decodeCharset(bytes.subarray(at, lineEnd), undefined).replace(/\r?\n$/, '');
    if (line === '') return { fields, bodyStart: lineEnd };
    const last = fields.at(-1);
    const colon = /^([!-9;-~]+)[ \t]*:\s*(.*)$/s.exec(line);
    if (/^[ \t]/.test(line) && last) last.value += ` ${line.trim()}`;
    else if (colon?.[1] !== undefined) fields.push({ name: colon[1], value: colon[2] ?? '' });
    else if (!(fields.length === 0 && /^>?From /.test(line))) return { fields, bodyStart: at };
    at = lineEnd;
  }
  return { fields, bodyStart: end };
}

/** The first field of a name, without regard to case; not decoded. */
export function rawHeader(fields: readonly HeaderField[], name: string): string | undefined {
  const wanted = name.toLowerCase();
  return fields.find((field) => field.name.toLowerCase() === wanted)?.value;
}

/** The first field of a name as people read it. */
export function textHeader(fields: readonly HeaderField[], name: string): string {
  return decodeWords(rawHeader(fields, name) ?? '').trim();
}

/** A structured value such as Content-Type: the value and its parameters (RFC 2045, RFC 2231). */
export interface Structured {
  readonly value: string;
  readonly params: ReadonlyMap<string, string>;
}

// no writer has more; what is read must not take time that grows with its square
const STRUCTURED_CHARS_MAX = 16_384;

export function structuredHeader(text: string | undefined): Structured {
  const [head = '', ...rest] = (text ?? '').slice(0, STRUCTURED_CHARS_MAX).split(';');
  const pieces = new Map<string, string>();
  const tail = rest.join(';');
  for (const match of tail.matchAll(/([\w.*'%-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))/g)) {
    const value = match[2]?.replaceAll(/\\(.)/g, '$1') ?? (match[3] ?? '').trim();
    const name = (match[1] ?? '').toLowerCase();
    if (!pieces.has(name)) pieces.set(name, value);
  }
  return { value: head.trim().toLowerCase(), params: joinParams(pieces) };
}

/** Joins continued parameters and decodes extended ones. */
function joinParams(pieces: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const params = new Map<string, string>();
  const names = new Set([...pieces.keys()].map((name) => name.replace(/\*.*$/, '')));
  for (const name of names) {
    const plain = pieces.get(name);
    const extended = pieces.get(`${name}*`);
    if (extended !== undefined) params.set(name, decodeExtended(extended));
    else if (plain !== undefined) params.set(name, decodeWords(plain));
    else params.set(name, joinContinued(pieces, name));
  }
  return params;
}

function joinContinued(pieces: ReadonlyMap<string, string>, name: string): string {
  let joined = '';
  let isExtended = false;
  for (let i = 0; ; i++) {
    const encoded = pieces.get(`${name}*${i}*`);
    const piece = encoded ?? pieces.get(`${name}*${i}`);
    if (piece === undefined) return isExtended ? decodeExtended(joined) : decodeWords(joined);
    isExtended ||= encoded !== undefined;
    joined += piece;
  }
}

function decodeExtended(text: string): string {
  const parts = /^([^']*)'[^']*'(.*)$/s.exec(text);
  const encoded = parts?.[2] ?? text;
  const latin1 = encoded.replaceAll(/%([0-9a-f]{2})/gi, (_whole, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return decodeCharset(Buffer.from(latin1, 'latin1'), parts?.[1] || undefined);
}
