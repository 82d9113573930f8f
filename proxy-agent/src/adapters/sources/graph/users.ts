import { AppError } from '@firn/shared/errors/app-error';
import type { ProtectedObject, Scope } from '../../../domain/protected-object.ts';
import { type BatchSender, batchPartsMax, isGone, partBody } from './client/batch.ts';
import type { GraphClient } from './client/graph-client.ts';
import { graphPath, withQuery } from './client/graph-url.ts';
import {
  type JsonRecord,
  recordOf,
  recordsAt,
  requiredTextAt,
  textAt,
} from './client/json-value.ts';
import type { Lane } from './client/lane.ts';

export interface DirectoryAccess {
  readonly client: GraphClient;
  readonly batches: BatchSender;
  readonly lane: Lane;
}

export interface User {
  readonly userId: string;
  readonly userPrincipalName: string;
  readonly displayName: string;
}

const userSelect = 'id,userPrincipalName,displayName';
const usersPerPage = 999;

/**
 * The users of a scope, in groups as they are listed.
 * @throws AppError E_SOURCE_USER_NOT_FOUND naming all chosen users who do not exist
 */
export async function* usersOf(
  access: DirectoryAccess,
  scope: Scope,
  signal: AbortSignal,
): AsyncGenerator<readonly User[]> {
  const excluded = new Set(scope.excludeUsers.map((name) => name.toLowerCase()));
  const isWanted = (user: User) =>
    !excluded.has(user.userPrincipalName.toLowerCase()) && !excluded.has(user.userId.toLowerCase());
  const groups = scope.entireOrganization
    ? allUsers(access, signal)
    : chosenUsers(access, scope.users, signal);
  for await (const users of groups) yield users.filter(isWanted);
}

async function* allUsers(
  { client, lane }: DirectoryAccess,
  signal: AbortSignal,
): AsyncGenerator<readonly User[]> {
  let path: string | undefined = withQuery(graphPath('users'), {
    $select: userSelect,
    $top: usersPerPage,
  });
  while (path !== undefined) {
    const call = { method: 'GET', path, what: 'list users', lane, signal } as const;
    const page = recordOf((await client.json(call)).body, 'the list of users');
    yield recordsAt(page, 'value').map(decodeUser);
    path = textAt(page, '@odata.nextLink');
  }
}

/** Looked up by name or id; a user who is named twice is given once. */
async function* chosenUsers(
  access: DirectoryAccess,
  names: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<readonly User[]> {
  const found = new Map<string, User>();
  const missing: string[] = [];
  for (let at = 0; at < names.length; at += batchPartsMax) {
    const group = names.slice(at, at + batchPartsMax);
    const users = await lookUp(access, group, signal);
    for (const [index, user] of users.entries()) {
      if (user === undefined) missing.push(group[index] ?? '');
      else found.set(user.userId, user);
    }
  }
  if (missing.length > 0) {
    const message = `the organization has no user ${missing.join(', ')}`;
    throw new AppError('E_SOURCE_USER_NOT_FOUND', message, { context: { count: missing.length } });
  }
  yield [...found.values()];
}

async function lookUp(
  { client, batches, lane }: DirectoryAccess,
  names: readonly string[],
  signal: AbortSignal,
): Promise<(User | undefined)[]> {
  const parts = names.map((name) => ({
    path: withQuery(graphPath('users', name), { $select: userSelect }),
  }));
  const what = 'look up users';
  const replies = await batches.send(parts, { lane, what, signal });
  return replies.map((reply) => {
    try {
      return decodeUser(partBody(client, reply, what));
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  });
}

function decodeUser(entry: JsonRecord): User {
  const userId = requiredTextAt(entry, 'id', 'a user');
  const userPrincipalName = textAt(entry, 'userPrincipalName') ?? userId;
  const displayName = textAt(entry, 'displayName') ?? userPrincipalName;
  return { userId, userPrincipalName, displayName };
}

export function protectedObject(user: User, kind: ProtectedObject['kind']): ProtectedObject {
  return { id: `${kind}:${user.userId}`, kind, ...user };
}
