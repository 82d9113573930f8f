import { notImplemented, S3Error } from '../domain/s3-error.ts';

/** An element of a request document. Attributes are read over: S3's documents have only xmlns. */
export interface XmlElement {
  readonly name: string;
  readonly text: string;
  readonly children: readonly XmlElement[];
}

interface OpenElement {
  readonly name: string;
  text: string;
  readonly children: XmlElement[];
}

const TOKEN =
  /<\?[^>]*\?>|<!--[\s\S]*?-->|<(\/?)([A-Za-z_][\w.:-]*)((?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/y;
const ENTITY = /&(?:(lt|gt|amp|quot|apos)|#(\d{1,7})|#x([0-9a-fA-F]{1,6}));/g;
const NAMED: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
};

/** Reads a document whose root has this name; anything else is `MalformedXML`. */
export function readXml(source: string, root: string): XmlElement {
  const top: OpenElement = { name: '', text: '', children: [] };
  const stack: OpenElement[] = [top];
  const pattern = new RegExp(TOKEN);
  while (pattern.lastIndex < source.length) {
    const token = pattern.exec(source);
    if (!token) throw malformed();
    applyToken(stack, token);
  }
  const [only, ...more] = top.children;
  if (stack.length !== 1 || !only || more.length > 0 || only.name !== root) throw malformed();
  if (top.text.trim() !== '') throw malformed();
  return only;
}

function applyToken(stack: OpenElement[], token: RegExpExecArray): void {
  const [, slash, name, , selfClosing, text] = token;
  const current = stack.at(-1);
  if (!current) throw malformed();
  if (text !== undefined) {
    current.text += unescapeXml(text);
    return;
  }
  if (name === undefined) return;
  if (slash === '/') {
    if (stack.length < 2 || current.name !== name) throw malformed();
    stack.pop();
    return;
  }
  const opened: OpenElement = { name, text: '', children: [] };
  current.children.push(opened);
  if (selfClosing !== '/') stack.push(opened);
}

function unescapeXml(text: string): string {
  if (/&(?!(?:lt|gt|amp|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)/.test(text)) throw malformed();
  return text.replace(ENTITY, (_whole, named?: string, decimal?: string, hex?: string) => {
    if (named !== undefined) return NAMED[named] ?? '';
    const point = decimal === undefined ? Number.parseInt(hex ?? '0', 16) : Number(decimal);
    if (point > 0x10_ffff) throw malformed();
    return String.fromCodePoint(point);
  });
}

/**
 * The children of an element by name; a child that is not among `known` is `MalformedXML`, and one
 * that S3 knows but nobody here serves is refused by its name.
 */
export class XmlFields {
  readonly #element: XmlElement;

  constructor(element: XmlElement, known: readonly string[], unserved: readonly string[] = []) {
    const refused = element.children.find(({ name }) => unserved.includes(name));
    if (refused) throw notImplemented('Element', refused.name);
    if (element.children.some(({ name }) => !known.includes(name))) throw malformed();
    this.#element = element;
  }

  all(name: string): readonly XmlElement[] {
    return this.#element.children.filter((child) => child.name === name);
  }

  one(name: string): XmlElement | undefined {
    const [found, ...more] = this.all(name);
    if (more.length > 0) throw malformed();
    return found;
  }

  text(name: string): string | undefined {
    return this.one(name)?.text.trim();
  }

  requiredText(name: string): string {
    const text = this.text(name);
    if (text === undefined) throw malformed();
    return text;
  }
}

/** The refusal of a document that is not of S3's schema. */
export function malformed(): S3Error {
  return new S3Error(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
}
