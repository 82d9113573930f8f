/** A value of an element: text, nested elements, or several elements of the same name. */
export type XmlValue =
  | string
  | number
  | boolean
  | undefined
  | readonly XmlValue[]
  | { readonly [name: string]: XmlValue };

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** A document with S3's namespace; undefined values are left out. */
export function writeXml(root: string, content: XmlValue): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${NAMESPACE}">${elements(content)}</${root}>`;
}

/** An error document: S3 gives it no namespace. */
export function writeErrorXml(content: XmlValue): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${elements(content)}</Error>`;
}

function element(name: string, value: XmlValue): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.map((one) => element(name, one)).join('');
  return `<${name}>${elements(value)}</${name}>`;
}

/** What lies inside of an element. */
export function elements(value: XmlValue): string {
  if (value === undefined) return '';
  if (typeof value !== 'object') return escapeXml(String(value));
  return Object.entries(value)
    .map(([name, one]) => element(name, one))
    .join('');
}

// control characters are written as references although XML 1.0 forbids them: so does S3
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is escaped
const SPECIAL = /[<>&"\u0000-\u001f\ufffe\uffff]/g;
const NAMED: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  '"': '&quot;',
};

function escapeXml(text: string): string {
  return text.replace(SPECIAL, (one) => NAMED[one] ?? `&#x${one.charCodeAt(0).toString(16)};`);
}
