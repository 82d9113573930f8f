import type { User } from '../../domain/directory.ts';
import { project } from '../core/odata-options.ts';
import { graphTime } from '../mail/extended-properties.ts';

/** Any of these lets an application read users. */
export const READ_USERS: readonly string[] = [
  'User.Read.All',
  'User.ReadWrite.All',
  'Directory.Read.All',
];

/** What comes without $select [Microsoft: user-list]. */
const DEFAULT_SELECT = [
  'businessPhones',
  'displayName',
  'givenName',
  'jobTitle',
  'mail',
  'mobilePhone',
  'officeLocation',
  'preferredLanguage',
  'surname',
  'userPrincipalName',
  'id',
];

function userView(user: User): Record<string, unknown> {
  return {
    businessPhones: [],
    displayName: user.displayName,
    givenName: user.givenName,
    jobTitle: user.jobTitle,
    mail: user.mail,
    mobilePhone: user.mobilePhone,
    officeLocation: user.officeLocation,
    preferredLanguage: user.preferredLanguage,
    surname: user.surname,
    userPrincipalName: user.userPrincipalName,
    id: user.id,
    accountEnabled: user.accountEnabled,
    createdDateTime: graphTime(user.createdMs),
    department: user.department,
    mailNickname: user.mailNickname,
    userType: user.userType,
    assignedLicenses: user.hasMailbox
      ? [{ disabledPlans: [], skuId: '6fd2c87f-b296-42f0-b197-1e91e994b900' }]
      : [],
    assignedPlans: [],
    proxyAddresses: user.mail === null ? [] : [`SMTP:${user.mail}`],
    otherMails: [],
    usageLocation: 'DE',
    companyName: null,
    onPremisesSyncEnabled: null,
    identities: [],
  };
}

/** A user as Graph shows it: with the default properties, or with those of `$select` only. */
export function showUser(
  user: User,
  select: readonly string[] | undefined,
): Record<string, unknown> {
  const view = userView(user);
  const chosen = project(view, select ?? DEFAULT_SELECT, new Set(Object.keys(view)));
  const wantsId = select === undefined || select.some((name) => /^(?:id|\*)$/i.test(name));
  if (!wantsId) delete chosen['id'];
  return chosen;
}
