import { createHash } from 'node:crypto';

const reserved = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;
/** Bytes of UTF-8: file systems allow 255, and a suffix may follow. */
const nameBytesMax = 150;
/** Characters of a path below the target: Windows allows 260 in all. */
const pathLengthMax = 180;

/**
 * A name that every file system takes: without separators, control characters,
 * names that Windows reserves, dots and spaces at the ends; never `..`. An
 * extension is kept when the name is cut.
 */
export function safeName(name: string): string {
  const plain = name
    .normalize('NFC')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
    .replace(/[\u0000-\u001f\u007f-\u009f<>:"/\\|?*\u200e\u200f\u202a-\u202e]/g, '_')
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '_')
    .trim()
    .replace(/^\.+$/, '_')
    .replace(/[. ]+$/, '');
  const named = plain === '' ? '_' : plain;
  return cut(reserved.test(named) ? `_${named}` : named);
}

/** Eight characters that tell two things of one name apart. */
export function shortHash(id: string): string {
  return createHash('sha256').update(id).digest('hex').slice(0, 8);
}

/** Puts the text before the extension. */
export function withSuffix(name: string, suffix: string): string {
  const { stem, extension } = split(name);
  return `${stem} [${suffix}]${extension}`;
}

/** A folder's path below the target; one that is too deep is replaced by a short one. */
export function safePath(names: readonly string[], id: string): string {
  const path = names.join('/');
  return path.length <= pathLengthMax ? path : `${names[0]?.slice(0, 40)}/deep [${shortHash(id)}]`;
}

function cut(name: string): string {
  if (Buffer.byteLength(name) <= nameBytesMax) return name;
  const { stem, extension } = split(name);
  let kept = '';
  for (const character of stem) {
    if (Buffer.byteLength(kept + character + extension) > nameBytesMax) break;
    kept += character;
  }
  return `${kept.trimEnd()}${extension}`;
}

/** What looks like an extension is at most 12 characters long. */
function split(name: string): { readonly stem: string; readonly extension: string } {
  const extension = /(?<=.)\.[A-Za-z0-9]{1,11}$/.exec(name)?.[0] ?? '';
  return { stem: name.slice(0, name.length - extension.length), extension };
}
