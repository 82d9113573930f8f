import type { Directory, User } from '../../domain/directory.ts';
import type { TokenSealer } from '../../ports/token-sealer.ts';
import { type ApiResponse, ok } from '../core/api-message.ts';
import type { GraphCall, GraphRoute } from '../core/graph-call.ts';
import { badRequest, notFound } from '../core/graph-error.ts';
import { compileFilter, type FilterProperties } from '../core/odata-filter.ts';
import { project } from '../core/odata-options.ts';
import { contextUrl, pageLink } from '../core/page-link.ts';
import { countAnswer } from '../core/paging.ts';
import { graphTime } from '../mail/extended-properties.ts';

const PERMISSIONS = ['User.Read.All', 'User.ReadWrite.All', 'Directory.Read.All'];
const PAGE_DEFAULT = 100;
const PAGE_MAX = 999;

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

const FILTER: FilterProperties<User> = {
  id: (user) => user.id,
  userprincipalname: (user) => user.userPrincipalName,
  displayname: (user) => user.displayName,
  givenname: (user) => user.givenName,
  surname: (user) => user.surname,
  mail: (user) => user.mail,
  mailnickname: (user) => user.mailNickname,
  accountenabled: (user) => user.accountEnabled,
  usertype: (user) => user.userType,
  department: (user) => user.department,
  jobtitle: (user) => user.jobTitle,
};

interface UserParts {
  readonly directory: Directory;
  readonly sealer: TokenSealer;
}

/** `/users`: list, count and get. */
export function userRoutes(parts: UserParts): readonly GraphRoute[] {
  const shared = { method: 'GET' as const, permissions: PERMISSIONS };
  return [
    {
      ...shared,
      pattern: '/users',
      query: ['$select', '$filter', '$top', '$count', '$orderby', '$skiptoken'],
      handle: (call) => listUsers(call, parts),
    },
    {
      ...shared,
      pattern: '/users/$count',
      query: ['$filter'],
      handle: (call) => {
        requireEventual(call);
        return countAnswer(selectUsers(call, parts.directory, call.options.filter).length);
      },
    },
    {
      ...shared,
      pattern: '/users/{user}',
      query: ['$select'],
      handle: (call) => getUser(call, parts.directory),
    },
  ];
}

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

function shown(user: User, select: readonly string[] | undefined): Record<string, unknown> {
  const view = userView(user);
  const chosen = project(view, select ?? DEFAULT_SELECT, new Set(Object.keys(view)));
  const wantsId = select === undefined || select.some((name) => /^(?:id|\*)$/i.test(name));
  if (!wantsId) delete chosen['id'];
  return chosen;
}

function getUser(call: GraphCall, directory: Directory): ApiResponse {
  const wanted = call.param('user');
  const user = directory.find(wanted);
  if (!user) {
    throw notFound(
      'Request_ResourceNotFound',
      `Resource '${wanted}' does not exist or one of its queried reference-property objects are not present.`,
    );
  }
  const { select } = call.options;
  const suffix = select ? `(${select.join(',')})` : '';
  return ok({
    '@odata.context': contextUrl(call, `users${suffix}/$entity`),
    ...shown(user, select),
  });
}

/** `$count` is an advanced query [Microsoft: aad-advanced-queries]. */
function requireEventual(call: GraphCall): void {
  if (call.headers.get('consistencylevel')?.toLowerCase() === 'eventual') return;
  throw badRequest(
    "$count is not currently supported without the header 'ConsistencyLevel: eventual'.",
    'Request_UnsupportedQuery',
  );
}

interface UserPage {
  readonly from: number;
  readonly size: number;
  readonly filter: string | undefined;
}

function readPage(call: GraphCall, sealer: TokenSealer): UserPage {
  const { skiptoken, top, filter } = call.options;
  if (top !== undefined && top > PAGE_MAX) {
    throw badRequest(
      `Invalid page size specified: '${top}'. Must be between 1 and ${PAGE_MAX} inclusive.`,
      'Request_UnsupportedQuery',
    );
  }
  if (skiptoken === undefined) return { from: 0, size: top ?? PAGE_DEFAULT, filter };
  const token = sealer.open(skiptoken);
  if (token?.['k'] !== 'users') {
    throw badRequest(
      'The specified page token value has expired or is invalid.',
      'Directory_ExpiredPageToken',
    );
  }
  return {
    from: Number(token['from']),
    size: top ?? Number(token['size']),
    filter: typeof token['filter'] === 'string' ? token['filter'] : undefined,
  };
}

function selectUsers(
  call: GraphCall,
  directory: Directory,
  filter: string | undefined,
): readonly User[] {
  const users = [...directory.all()];
  const { orderby } = call.options;
  const matching = filter === undefined ? users : users.filter(compileFilter(filter, FILTER));
  return orderby === undefined ? matching : sorted(matching, orderby);
}

function sorted(users: readonly User[], orderby: string): readonly User[] {
  const match = /^(displayName|userPrincipalName)(?:\s+(asc|desc))?$/i.exec(orderby.trim());
  if (!match) {
    throw badRequest(`The $orderby '${orderby}' is not supported.`, 'Request_UnsupportedQuery');
  }
  const isName = match[1]?.toLowerCase() === 'displayname';
  const text = (user: User): string => (isName ? user.displayName : user.userPrincipalName);
  const ascending = users.toSorted((a, b) => text(a).localeCompare(text(b)));
  return match[2]?.toLowerCase() === 'desc' ? ascending.reverse() : ascending;
}

function listUsers(call: GraphCall, { directory, sealer }: UserParts): ApiResponse {
  const { select, count, orderby } = call.options;
  if (count) requireEventual(call);
  const page = readPage(call, sealer);
  const users = selectUsers(call, directory, page.filter);
  const end = page.from + page.size;
  const token = { k: 'users', from: end, size: page.size, filter: page.filter ?? null };
  const query = {
    $select: select?.join(','),
    $orderby: orderby,
    $count: count ? 'true' : undefined,
    $skiptoken: sealer.seal(token),
  };
  const suffix = select ? `(${select.join(',')})` : '';
  return ok({
    '@odata.context': contextUrl(call, `users${suffix}`),
    ...(count ? { '@odata.count': users.length } : {}),
    ...(end < users.length ? { '@odata.nextLink': pageLink(call, query) } : {}),
    value: users.slice(page.from, end).map((user) => shown(user, select)),
  });
}
