import type { FrontRequest } from '../http/front-request.ts';
import {
  checkAccessSignature,
  failed,
  isSame,
  type Permission,
  type SignedAccount,
} from './shared-access-signature.ts';
import { sharedKeyString, sign } from './string-to-sign.ts';

/**
 * For requests that Azurite does not see as they came: what it would have refused is refused here.
 * By the machine's clock, as Azurite does it.
 */
export function authorize(
  account: SignedAccount,
  request: FrontRequest,
  permission: Permission,
): void {
  const { query, headers, container, blob } = request;
  const authorization = headers.get('authorization');
  if (authorization === undefined) {
    checkAccessSignature(account, { container, blob, query, nowMs: Date.now() }, permission);
    return;
  }
  const signature = sign(account.key, sharedKeyString(account.name, request));
  if (!isSame(authorization, `SharedKey ${account.name}:${signature}`)) {
    throw failed('The MAC signature found in the HTTP request is not the computed one.');
  }
}

/** Whether a request brings the account's own key, which may read every source of a copy. */
export function hasAccountKey({ headers }: FrontRequest): boolean {
  return headers.get('authorization')?.startsWith('SharedKey ') === true;
}
