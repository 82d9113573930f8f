import type { AccessTokens } from '../../ports/access-tokens.ts';
import type { Caller } from './graph-call.ts';
import { GraphError } from './graph-error.ts';

const REFUSALS = {
  malformed: 'CompactToken parsing failed with error code: 80049217',
  signature: 'Access token validation failure. Invalid signature.',
  audience: 'Access token validation failure. Invalid audience.',
  expired: 'Lifetime validation failed, the token is expired.',
  'not-yet-valid': 'Lifetime validation failed, the token is not yet valid.',
} as const;

/** The caller behind the Authorization header; 401 InvalidAuthenticationToken otherwise. */
export async function authenticate(
  tokens: AccessTokens,
  headers: ReadonlyMap<string, string>,
): Promise<Caller> {
  const header = headers.get('authorization') ?? '';
  const token = /^Bearer\s+(\S+)$/i.exec(header)?.[1];
  if (token === undefined) throw unauthorized('Access token is empty.');
  const grant = await tokens.check(token);
  if ('refused' in grant) throw unauthorized(REFUSALS[grant.refused]);
  return { appId: grant.appId, roles: new Set(grant.roles) };
}

/** 403 unless the caller was granted one of `permissions`. */
export function requirePermission(caller: Caller, permissions: readonly string[]): void {
  if (permissions.length === 0 || permissions.some((name) => caller.roles.has(name))) return;
  const outlook = permissions.some((name) => /^Mail(?:\.|box)/.test(name));
  throw new GraphError(
    outlook
      ? {
          status: 403,
          code: 'ErrorAccessDenied',
          message: 'Access is denied. Check credentials and try again.',
        }
      : permissions.some((name) => /^(?:Files|Sites)\./.test(name))
        ? { status: 403, code: 'accessDenied', message: 'Access denied' }
        : {
            status: 403,
            code: 'Authorization_RequestDenied',
            message: 'Insufficient privileges to complete the operation.',
          },
  );
}

function unauthorized(message: string): GraphError {
  return new GraphError({
    status: 401,
    code: 'InvalidAuthenticationToken',
    message,
    headers: {
      'www-authenticate':
        'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"',
    },
  });
}
