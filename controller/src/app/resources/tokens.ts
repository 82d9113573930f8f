import { AppError } from '@firn/shared/errors/app-error';
import type { ApiToken, TokenScope } from '../../domain/resources.ts';
import type { AppContext } from '../context.ts';
import { found } from './found.ts';

export interface CreateToken {
  readonly name: string;
  readonly scope: TokenScope;
  readonly expiresInDays?: number;
}

/** @returns the secret is shown once: only its hash is kept */
export async function createToken(
  { database, secrets }: AppContext,
  input: CreateToken,
): Promise<{ token: ApiToken; secret: string }> {
  const id = secrets.uuid();
  const secret = secrets.token();
  const token = await database.tokens.insert({
    id,
    name: input.name,
    scope: input.scope,
    secretHash: secrets.hash(secret),
    expiresInDays: input.expiresInDays ?? 365,
  });
  return { token, secret: `firn_${id}_${secret}` };
}

const tokenShape = /^firn_([0-9a-f-]{36})_([A-Za-z0-9_-]{43})$/;

/** The token that the text stands for. E_UNAUTHENTICATED, always with the same message. */
export async function authenticate(
  { database, secrets }: AppContext,
  text: string | undefined,
): Promise<ApiToken> {
  const [, id, secret] = tokenShape.exec(text ?? '') ?? [];
  if (id !== undefined && secret !== undefined) {
    const token = await database.tokens.get(id);
    const matches = token !== undefined && secrets.equal(token.secretHash, secrets.hash(secret));
    if (matches && !token.expired) {
      await database.tokens.touch(id);
      return token;
    }
  }
  throw new AppError('E_UNAUTHENTICATED', 'the API token is missing, unknown or expired');
}

const scopeOrder: readonly TokenScope[] = ['portal', 'read', 'operate', 'admin'];

export interface Protected {
  readonly scope: TokenScope;
  /** Open to tokens of scope portal. */
  readonly portal?: boolean;
}

/** E_FORBIDDEN unless the token's scope includes the needed one. */
export function authorize(token: ApiToken, { scope: needed, portal = false }: Protected): void {
  if (portal && token.scope === 'portal') return;
  if (scopeOrder.indexOf(token.scope) >= scopeOrder.indexOf(needed)) return;
  throw new AppError(
    'E_FORBIDDEN',
    `API token "${token.name}" has scope ${token.scope}; this needs scope ${needed}`,
  );
}

/** E_NOT_FOUND */
export async function findToken({ database }: AppContext, id: string): Promise<ApiToken> {
  return found('API token', id, await database.tokens.get(id));
}

/** E_NOT_FOUND */
export async function deleteToken({ database }: AppContext, id: string): Promise<void> {
  const removed = await database.tokens.remove(id);
  found('API token', id, removed ? true : undefined);
}
