import { createHmac } from 'node:crypto';

export interface Signable {
  readonly method: string;
  /** As sent, still encoded; of the emulator's style: begins with the account. */
  readonly rawPath: string;
  readonly query: ReadonlyMap<string, string>;
  /** Lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
}

const SIGNED = [
  'content-encoding',
  'content-language',
  'content-length',
  'content-md5',
  'content-type',
  'date',
  'if-modified-since',
  'if-match',
  'if-none-match',
  'if-unmodified-since',
  'range',
] as const;

/** [Microsoft: Authorize with Shared Key], of 2015-02-21 and later. */
export function sharedKeyString(account: string, request: Signable): string {
  const { method, headers, query, rawPath } = request;
  const plain = SIGNED.map((name) => {
    const value = headers.get(name) ?? '';
    return name === 'content-length' && value === '0' ? '' : value;
  });
  const special = [...headers]
    .filter(([name]) => name.startsWith('x-ms-'))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}:${value.replaceAll(/\s+/g, ' ').trim()}\n`);
  const parameters = [...query]
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `\n${name}:${value}`);
  const resource = `/${account}${rawPath}${parameters.join('')}`;
  return [method, ...plain].join('\n').concat('\n', special.join(''), resource);
}

/** Of a text, with a key of base64. */
export function sign(key: string, text: string): string {
  return createHmac('sha256', Buffer.from(key, 'base64')).update(text, 'utf8').digest('base64');
}
