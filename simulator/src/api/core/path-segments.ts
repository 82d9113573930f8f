import { badRequest } from './graph-error.ts';

/** One step of a Graph path. */
export interface PathSegment {
  readonly kind: 'name' | 'key' | 'function' | 'colon-path';
  /** Decoded text; for a colon path the decoded path without the leading slash. */
  readonly text: string;
  readonly args: ReadonlyMap<string, string>;
}

const NO_ARGS: ReadonlyMap<string, string> = new Map();

/** Splits a percent-encoded path into segments; understands keys, functions and colon paths. */
export function parsePath(path: string): readonly PathSegment[] {
  const raw = path.split('/').filter((part) => part !== '');
  const segments: PathSegment[] = [];
  for (let i = 0; i < raw.length; i++) {
    const part = decode(raw[i] ?? '');
    if (part.endsWith(':') && part.length > 1) {
      segments.push(...parseSegment(part.slice(0, -1)));
      const end = endOfColonPath(raw, i + 1);
      const parts = raw.slice(i + 1, end + 1).map(decode);
      segments.push({ kind: 'colon-path', text: stripColon(parts.join('/')), args: NO_ARGS });
      i = end;
    } else {
      segments.push(...parseSegment(part));
    }
  }
  return segments;
}

function endOfColonPath(raw: readonly string[], from: number): number {
  for (let i = from; i < raw.length; i++) {
    if (decode(raw[i] ?? '').endsWith(':')) return i;
  }
  return raw.length - 1;
}

function stripColon(text: string): string {
  return text.endsWith(':') ? text.slice(0, -1) : text;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw badRequest(`Resource path has a malformed percent encoding in '${part}'.`);
  }
}

function parseSegment(part: string): readonly PathSegment[] {
  const keyed = /^([A-Za-z$][\w.$]*)\('((?:[^']|'')*)'\)$/.exec(part);
  if (keyed?.[1] !== undefined && keyed[2] !== undefined) {
    return [
      { kind: 'name', text: keyed[1], args: NO_ARGS },
      { kind: 'key', text: keyed[2].replaceAll("''", "'"), args: NO_ARGS },
    ];
  }
  const called = /^([A-Za-z][\w.]*)\((.*)\)$/.exec(part);
  if (called?.[1] !== undefined) {
    return [{ kind: 'function', text: called[1], args: parseArgs(called[2] ?? '') }];
  }
  return [{ kind: 'name', text: part, args: NO_ARGS }];
}

function parseArgs(text: string): ReadonlyMap<string, string> {
  const args = new Map<string, string>();
  for (const match of text.matchAll(/(\w+)\s*=\s*(?:'((?:[^']|'')*)'|([^,]*))/g)) {
    args.set((match[1] ?? '').toLowerCase(), (match[2] ?? match[3] ?? '').replaceAll("''", "'"));
  }
  return args;
}
