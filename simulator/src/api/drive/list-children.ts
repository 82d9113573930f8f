import type { DriveItem } from '../../domain/drive/drive-item.ts';
import { type ApiResponse, ok } from '../core/api-message.ts';
import type { GraphRoute } from '../core/graph-call.ts';
import { contextUrl, pageLink } from '../core/page-link.ts';
import type { DriveContext } from './drive-context.ts';
import { invalidRequest } from './drive-refusals.ts';
import { addressedItem, type DriveScope, itemRoutes } from './drive-scope.ts';
import { checkSelect, itemView } from './item-view.ts';
import { UNITS } from './resource-units.ts';
import { frameOf } from './view-frame.ts';

const PAGE_DEFAULT = 200;
const PAGE_MAX = 1000;

type Order = (a: DriveItem, b: DriveItem) => number;

const ORDERS: ReadonlyMap<string, Order> = new Map<string, Order>([
  ['name', (a, b) => compareText(a.name.toLowerCase(), b.name.toLowerCase())],
  ['size', (a, b) => a.sizeBytes - b.sizeBytes],
  ['lastmodifieddatetime', (a, b) => a.modifiedAtMs - b.modifiedAtMs],
]);

/** `GET …/children` with $top, $select, $orderby and opaque skip tokens. */
export function listChildrenRoutes(context: DriveContext): GraphRoute[] {
  return itemRoutes(context, {
    method: 'GET',
    suffix: '/children',
    query: ['$select', '$top', '$orderby', '$skiptoken'],
    units: UNITS.list,
    handle: listChildren,
  });
}

async function listChildren(scope: DriveScope): Promise<ApiResponse> {
  const { call, drive } = scope;
  const { options } = call;
  checkSelect(options.select);
  const folder = addressedItem(scope);
  const children = drive.tree.childrenOf(folder.id).sort(orderOf(options.orderby));
  const from = readSkipToken(scope, folder);
  const to = from + Math.min(options.top ?? PAGE_DEFAULT, PAGE_MAX);
  const frame = frameOf(scope);
  const value = [];
  for (const child of children.slice(from, to)) value.push(await itemView(frame, child));
  const nextLink = to < children.length ? nextPage(scope, folder, to) : undefined;
  return ok({
    '@odata.context': contextUrl(call, 'Collection(driveItem)'),
    ...(nextLink === undefined ? {} : { '@odata.nextLink': nextLink }),
    value,
  });
}

function orderOf(orderby: string | undefined): Order {
  const [name = '', direction = 'asc'] = (orderby ?? 'name').trim().toLowerCase().split(/\s+/);
  const order = ORDERS.get(name);
  if (!order || !['asc', 'desc'].includes(direction)) {
    throw invalidRequest(`The $orderby '${orderby}' is not supported.`);
  }
  return direction === 'desc' ? (a, b) => order(b, a) : order;
}

function readSkipToken({ call, context }: DriveScope, folder: DriveItem): number {
  const token = call.options.skiptoken;
  if (token === undefined) return 0;
  const payload = context.sealer.open(token);
  if (payload?.['use'] !== 'children' || payload['folder'] !== folder.id) {
    throw invalidRequest('The provided skip token is not valid.');
  }
  return Number(payload['from']);
}

function nextPage({ call, context }: DriveScope, folder: DriveItem, from: number): string {
  const { options } = call;
  return pageLink(call, {
    $top: options.top,
    $select: options.select?.join(','),
    $orderby: options.orderby,
    $skiptoken: context.sealer.seal({ use: 'children', folder: folder.id, from }),
  });
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
