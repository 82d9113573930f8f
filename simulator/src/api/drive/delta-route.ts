import type { DeltaPage, DeltaPosition } from '../../domain/drive/delta-round.ts';
import { readDelta } from '../../domain/drive/delta-round.ts';
import type { DriveItem } from '../../domain/drive/drive-item.ts';
import { type ApiResponse, ok } from '../core/api-message.ts';
import type { GraphRoute } from '../core/graph-call.ts';
import { GraphError } from '../core/graph-error.ts';
import { contextUrl } from '../core/page-link.ts';
import { openPosition, resyncRequired, sealPosition, tokenOf } from './delta-token.ts';
import type { DriveContext } from './drive-context.ts';
import { invalidRequest } from './drive-refusals.ts';
import { addressedItem, type DriveScope, itemRoutes } from './drive-scope.ts';
import { checkSelect, deltaView, type Entity } from './item-view.ts';
import { UNITS } from './resource-units.ts';
import { frameOf } from './view-frame.ts';

const PAGE_DEFAULT = 200;
const PAGE_MAX = 1000;
const SHARING_PREFERENCES = ['deltashowremovedasdeleted', 'deltatraversepermissiongaps'] as const;

/** `GET …/root/delta` in all its spellings. */
export function deltaRoutes(context: DriveContext): GraphRoute[] {
  return itemRoutes(context, {
    method: 'GET',
    suffix: '/delta()',
    query: ['$select', '$top', 'token'],
    units: (call) => (tokenOf(call) === undefined ? UNITS.list : UNITS.deltaWithToken),
    handle: delta,
  });
}

async function delta(scope: DriveScope): Promise<ApiResponse> {
  const { call, drive, context } = scope;
  if (addressedItem(scope) !== drive.tree.root) throw onlyOnRoot();
  checkSelect(call.options.select);
  checkPreferences(scope);
  const token = tokenOf(call);
  const position = openPosition(context, drive, token);
  const expired = token !== undefined && call.quirks.has('expire-token');
  if (!position || expired) throw resyncRequired(drive, linkOf(scope, {}));
  if (call.quirks.has('empty-page')) {
    return answer(scope, { items: [], next: position, isLast: false });
  }
  return answer(scope, pageAt(scope, position));
}

function pageAt({ call, drive }: DriveScope, position: DeltaPosition): DeltaPage {
  const page = readDelta(drive.tree, position, {
    pageSize: Math.min(call.options.top ?? PAGE_DEFAULT, PAGE_MAX),
    excludeParents: call.headers.has('deltaexcludeparent'),
    childrenFirst: drive.quirks.childrenFirst,
    foldDeletions: drive.quirks.foldDeletions,
  });
  return call.quirks.has('repeat-items') ? { ...page, items: repeated(page.items) } : page;
}

/** The first half of a page once more at its end. */
function repeated(items: readonly DriveItem[]): DriveItem[] {
  return [...items, ...items.slice(0, Math.ceil(items.length / 2))];
}

async function answer(scope: DriveScope, page: DeltaPage): Promise<ApiResponse> {
  const { call, drive, context } = scope;
  const frame = frameOf(scope);
  const value: Entity[] = [];
  for (const item of page.items) {
    const view = await deltaView(frame, item);
    value.push(item === drive.tree.root ? { ...view, ...sharedFacet(scope) } : view);
  }
  const token = sealPosition(context, drive, page.next);
  return ok(
    {
      '@odata.context': contextUrl(call, 'Collection(driveItem)'),
      ...(page.isLast
        ? { '@odata.deltaLink': linkOf(scope, { argument: token }) }
        : { '@odata.nextLink': linkOf(scope, { query: token }) }),
      value,
    },
    appliedPreferences(scope),
  );
}

/**
 * Next links carry the token as a query option, delta links as an argument: clients must treat them
 * as opaque. $select and $top live on in the link.
 */
function linkOf({ call, drive }: DriveScope, token: { query?: string; argument?: string }): string {
  const { top, select } = call.options;
  const stem = `${call.root}/drives/${encodeURIComponent(drive.id)}/root/delta`;
  const called = token.argument === undefined ? stem : `${stem}(token='${token.argument}')`;
  const query = [
    ...(top === undefined ? [] : [`$top=${top}`]),
    ...(select === undefined ? [] : [`$select=${encodeURIComponent(select.join(','))}`]),
    ...(token.query === undefined ? [] : [`token=${token.query}`]),
  ];
  return query.length === 0 ? called : `${called}?${query.join('&')}`;
}

function checkPreferences({ call }: DriveScope): void {
  if (!call.prefers('deltashowsharingchanges')) return;
  for (const needed of SHARING_PREFERENCES) {
    if (!call.prefers(needed)) {
      throw invalidRequest(`The preference deltashowsharingchanges requires ${needed}.`);
    }
  }
}

function appliedPreferences({ call }: DriveScope): Readonly<Record<string, string>> {
  const known = [...SHARING_PREFERENCES, 'deltashowsharingchanges', 'hierarchicalsharing'];
  const applied = known.filter((name) => call.prefers(name));
  return applied.length > 0 ? { 'preference-applied': applied.join(', ') } : {};
}

/** With hierarchicalsharing the root of an unshared hierarchy shows an empty facet. */
function sharedFacet({ call }: DriveScope): Entity {
  return call.prefers('hierarchicalsharing') ? { shared: {} } : {};
}

function onlyOnRoot(): GraphError {
  return new GraphError({
    status: 501,
    code: 'notSupported',
    message: 'view.delta can only be called on the root.',
  });
}
