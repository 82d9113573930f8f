import { badRequest } from './graph-error.ts';

/** A value that a filter compares: dates are compared as milliseconds. */
export type FilterValue = string | number | boolean | null;

/** How a filter reads the properties of what it judges; names in lower case, paths with `/`. */
export type FilterProperties<T> = Readonly<Record<string, (entity: T) => FilterValue>>;

/** Judges one entity. */
export type Predicate<T> = (entity: T) => boolean;

const TOKEN =
  /\s*(?:('(?:[^']|'')*')|(\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d))?)|(-?\d+(?:\.\d+)?)|([A-Za-z_][\w/]*)|([(),]))/y;

type Token =
  | { readonly kind: 'value'; readonly value: FilterValue; readonly text: string }
  | { readonly kind: 'name' | 'sign'; readonly text: string };

/**
 * Compiles a `$filter`: eq, ne, gt, ge, lt, le, startswith, endswith, contains, and, or, not,
 * parentheses, over the given properties only. Anything else is 400.
 */
export function compileFilter<T>(text: string, properties: FilterProperties<T>): Predicate<T> {
  const parser = new FilterParser(tokenize(text), properties, text);
  return parser.parse();
}

function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const match = TOKEN.exec(text);
    if (!match) throw invalid(text);
    tokens.push(tokenOf(match));
  }
  return tokens;
}

function tokenOf([, quoted, date, number, name, sign]: RegExpExecArray): Token {
  if (quoted !== undefined) {
    const value = quoted.slice(1, -1).replaceAll("''", "'");
    return { kind: 'value', value, text: quoted };
  }
  if (date !== undefined) return { kind: 'value', value: Date.parse(date), text: date };
  if (number !== undefined) return { kind: 'value', value: Number(number), text: number };
  if (name === 'true' || name === 'false') {
    return { kind: 'value', value: name === 'true', text: name };
  }
  if (name === 'null') return { kind: 'value', value: null, text: name };
  return name === undefined
    ? { kind: 'sign', text: sign ?? '' }
    : { kind: 'name', text: name.toLowerCase() };
}

function invalid(text: string): Error {
  return badRequest(`Invalid filter clause: '${text}'.`);
}

const COMPARE: Readonly<Record<string, (a: FilterValue, b: FilterValue) => boolean>> = {
  eq: (a, b) => fold(a) === fold(b),
  ne: (a, b) => fold(a) !== fold(b),
  gt: (a, b) => a !== null && b !== null && a > b,
  ge: (a, b) => a !== null && b !== null && a >= b,
  lt: (a, b) => a !== null && b !== null && a < b,
  le: (a, b) => a !== null && b !== null && a <= b,
};

const FUNCTIONS: Readonly<Record<string, (a: string, b: string) => boolean>> = {
  startswith: (a, b) => a.startsWith(b),
  endswith: (a, b) => a.endsWith(b),
  contains: (a, b) => a.includes(b),
};

/** Text is compared without case, as directory and Outlook do. */
function fold(value: FilterValue): FilterValue {
  return typeof value === 'string' ? value.toLowerCase() : value;
}

class FilterParser<T> {
  readonly #tokens: readonly Token[];
  readonly #properties: FilterProperties<T>;
  readonly #text: string;
  #at = 0;

  constructor(tokens: readonly Token[], properties: FilterProperties<T>, text: string) {
    this.#tokens = tokens;
    this.#properties = properties;
    this.#text = text;
  }

  parse(): Predicate<T> {
    const predicate = this.#or();
    if (this.#at < this.#tokens.length) throw invalid(this.#text);
    return predicate;
  }

  #or(): Predicate<T> {
    const terms = [this.#and()];
    while (this.#accept('or')) terms.push(this.#and());
    return (entity) => terms.some((term) => term(entity));
  }

  #and(): Predicate<T> {
    const terms = [this.#unary()];
    while (this.#accept('and')) terms.push(this.#unary());
    return (entity) => terms.every((term) => term(entity));
  }

  #unary(): Predicate<T> {
    if (this.#accept('not')) {
      const inner = this.#unary();
      return (entity) => !inner(entity);
    }
    if (this.#accept('(')) {
      const inner = this.#or();
      this.#expect(')');
      return inner;
    }
    return this.#comparison();
  }

  #comparison(): Predicate<T> {
    const name = this.#take('name').text;
    const call = FUNCTIONS[name];
    if (call) return this.#functionCall(call);
    const read = this.#property(name);
    const compare = COMPARE[this.#take('name').text];
    const literal = this.#take('value');
    if (!compare || literal.kind !== 'value') throw invalid(this.#text);
    return (entity) => compare(read(entity), literal.value);
  }

  #functionCall(call: (a: string, b: string) => boolean): Predicate<T> {
    this.#expect('(');
    const read = this.#property(this.#take('name').text);
    this.#expect(',');
    const literal = this.#take('value');
    this.#expect(')');
    if (literal.kind !== 'value' || typeof literal.value !== 'string') throw invalid(this.#text);
    const wanted = literal.value.toLowerCase();
    return (entity) => call(String(read(entity) ?? '').toLowerCase(), wanted);
  }

  #property(name: string): (entity: T) => FilterValue {
    const read = this.#properties[name];
    if (read) return read;
    throw badRequest(`The property '${name}' cannot be filtered on here.`);
  }

  #accept(text: string): boolean {
    const isNext = this.#tokens[this.#at]?.text === text;
    if (isNext) this.#at += 1;
    return isNext;
  }

  #expect(text: string): void {
    if (!this.#accept(text)) throw invalid(this.#text);
  }

  #take(kind: Token['kind']): Token {
    const token = this.#tokens[this.#at];
    if (token?.kind !== kind) throw invalid(this.#text);
    this.#at += 1;
    return token;
  }
}
