import type { Directory, User } from '../../domain/directory.ts';
import type { TokenSealer } from '../../ports/token-sealer.ts';
import { type ApiResponse, ok } from '../core/api-message.ts';
import type { GraphCall, GraphRoute } from '../core/graph-call.ts';
import { badRequest, notFound } from '../core/graph-error.ts';
import { compileFilter, type FilterProperties } from '../core/odata-filter.ts';
import { contextUrl, pageLink } from '../core/page-link.ts';
import { countAnswer } from '../core/paging.ts';
import { READ_USERS, showUser } from './user-view.ts';

const PAGE_DEFAULT = 100;
const PAGE_MAX = 999;

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
  const shared = { method: 'GET' as const, permissions: READ_USERS };
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
    ...showUser(user, select),
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

/**
 * What directory objects answer only as advanced queries, with the header and `$count=true`, and
 * what they never answer [Microsoft: aad-advanced-queries].
 */
function checkAdvanced(call: GraphCall): void {
  const { filter = '', orderby, count } = call.options;
  const bare = filter.replaceAll(/'(?:[^']|'')*'/g, "''");
  if (/\bcontains\s*\(/i.test(bare)) {
    throw badRequest("The function 'contains' is not supported.", 'Request_UnsupportedQuery');
  }
  const isOrdered = orderby !== undefined && filter !== '';
  const isAdvanced = isOrdered || /\b(?:ne|not)\b|\bendswith\s*\(/i.test(bare);
  if (!isAdvanced) return;
  requireEventual(call);
  if (count) return;
  throw badRequest(
    'The query needs $count=true and the header ConsistencyLevel: eventual.',
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
  const users = directory.all();
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
  checkAdvanced(call);
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
    value: users.slice(page.from, end).map((user) => showUser(user, select)),
  });
}
