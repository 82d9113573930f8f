import { timingSafeEqual } from 'node:crypto';
import { AzureError, notImplemented } from '../domain/azure-error.ts';
import { sign } from './string-to-sign.ts';

/** What a signature has to allow: one of these letters. */
export type Permission = 'r' | 'w' | 'wc' | 'd' | 'x' | 'l' | 'i';

export interface SignedAccount {
  readonly name: string;
  /** Base64. */
  readonly key: string;
}

export interface Accessed {
  readonly container: string;
  /** Empty: the container itself. */
  readonly blob: string;
  readonly query: ReadonlyMap<string, string>;
  readonly nowMs: number;
}

/** Refuses a query whose signature is not of the account, or does not allow this. */
export function checkAccessSignature(
  account: SignedAccount,
  accessed: Accessed,
  permission: Permission,
): void {
  const { query, nowMs } = accessed;
  const text = query.has('ss') ? accountString(account, query) : serviceString(account, accessed);
  if (!isSame(sign(account.key, text), query.get('sig') ?? '')) {
    throw failed('Signature did not match.');
  }
  const [from, until] = [query.get('st'), query.get('se')];
  const isTimely =
    (from === undefined || Date.parse(from) <= nowMs) && Date.parse(until ?? '') > nowMs;
  if (!isTimely) throw failed('Signature not valid in the specified time frame.');
  const granted = query.get('sp') ?? '';
  if ([...permission].some((letter) => granted.includes(letter))) return;
  throw new AzureError(
    'AuthorizationPermissionMismatch',
    `This request is not authorized to perform this operation using this permission: ${permission}`,
  );
}

/** [Microsoft: Create a service SAS], of 2020-12-06 and later. */
function serviceString(
  { name }: SignedAccount,
  { container, blob, query }: Pick<Accessed, 'container' | 'blob' | 'query'>,
): string {
  const of = (parameter: string) => query.get(parameter) ?? '';
  if (of('skoid') !== '' || of('si') !== '') throw notImplemented('this kind of signature');
  if (of('sv') < '2020-12-06') throw notImplemented(`the version ${of('sv')} of signatures`);
  const resource = of('sr') === 'c' ? container : `${container}/${blob}`;
  return [
    ...[of('sp'), of('st'), of('se'), `/blob/${name}/${resource}`, of('si'), of('sip')],
    ...[of('spr'), of('sv'), of('sr'), of('snapshot'), of('ses')],
    ...[of('rscc'), of('rscd'), of('rsce'), of('rscl'), of('rsct')],
  ].join('\n');
}

/** [Microsoft: Create an account SAS], of 2020-12-06 and later. */
function accountString({ name }: SignedAccount, query: ReadonlyMap<string, string>): string {
  const of = (parameter: string) => query.get(parameter) ?? '';
  const signed = ['sp', 'ss', 'srt', 'st', 'se', 'sip', 'spr', 'sv', 'ses'].map(of);
  return [name, ...signed, ''].join('\n');
}

export function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

export function failed(detail: string): AzureError {
  return new AzureError(
    'AuthenticationFailed',
    `Server failed to authenticate the request. ${detail}`,
  );
}
