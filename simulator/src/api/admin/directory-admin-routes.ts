import type { Directory, User } from '../../domain/directory.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Ids } from '../../ports/ids.ts';
import { ok } from '../core/api-message.ts';
import type { PlainRoute } from '../core/graph-call.ts';
import { notFound } from '../core/graph-error.ts';
import { readAdminBody, readText } from './admin-body.ts';

interface DirectoryAdminParts {
  readonly directory: Directory;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** Users come, change and go; their mailboxes and drives stay where they are. */
export function directoryAdminRoutes({
  directory,
  clock,
  ids,
}: DirectoryAdminParts): readonly PlainRoute[] {
  return [
    {
      method: 'POST',
      pattern: '/_admin/users',
      admin: true,
      handle: async (call) => {
        const body = await readAdminBody(call);
        const name = readText(body, 'user');
        const before = directory.find(name) ?? newUser(name, { clock, ids });
        const { displayName, accountEnabled } = body;
        const user = {
          ...before,
          ...(typeof displayName === 'string' ? { displayName } : {}),
          ...(typeof accountEnabled === 'boolean' ? { accountEnabled } : {}),
        };
        directory.put(user);
        return ok({ id: user.id });
      },
    },
    {
      method: 'DELETE',
      pattern: '/_admin/users',
      admin: true,
      handle: (call) => {
        const name = call.query.get('user') ?? '';
        const user = directory.find(name);
        if (!user) throw notFound('NotFound', `no user ${name} here`);
        directory.remove(user);
        return ok({ id: user.id });
      },
    },
  ];
}

/** An account without licences: neither mailbox nor drive. */
function newUser(
  userPrincipalName: string,
  { clock, ids }: Pick<DirectoryAdminParts, 'clock' | 'ids'>,
): User {
  const [mailNickname = userPrincipalName] = userPrincipalName.split('@');
  return {
    id: ids.uuid(),
    userPrincipalName,
    displayName: mailNickname,
    givenName: null,
    surname: null,
    mail: null,
    mailNickname,
    jobTitle: null,
    department: null,
    officeLocation: null,
    mobilePhone: null,
    preferredLanguage: null,
    accountEnabled: true,
    userType: 'Member',
    createdMs: clock.nowMs(),
    hasMailbox: false,
    hasDrive: false,
  };
}
