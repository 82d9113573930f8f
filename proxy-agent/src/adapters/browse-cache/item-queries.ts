import type { ItemOrder } from '@firn/shared/repository/point/item-order';
import type {
  CachedItem,
  FolderQuery,
  FolderResult,
  FoundItem,
  ItemFilterQuery,
  SearchQuery,
} from '../../ports/browse-cache.ts';
import { FolderPaths } from './folder-paths.ts';
import { matchExpression } from './search-text.ts';
import type { SqlRow, SqlValue, Statements } from './statements.ts';

/** A part of a WHERE clause, and the values of its parameters. */
interface Condition {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

const columns: Readonly<Record<ItemOrder, { readonly name: string; readonly down: boolean }>> = {
  date: { name: 'items.date_ms', down: true },
  size: { name: 'items.size', down: true },
  name: { name: 'items.name_key', down: false },
};

/** Undefined: the state is not held. */
export function folderPage(sql: Statements, query: FolderQuery): FolderResult | undefined {
  const { repositoryId, state, folderId, order, after, limit } = query;
  const object = sql.one(
    'SELECT id FROM objects WHERE repository = ? AND state = ? AND building = 0',
    repositoryId,
    state,
  );
  if (object === undefined) return undefined;
  const folder = sql.one(
    'SELECT id FROM folders WHERE object_id = ? AND folder = ?',
    Number(object['id']),
    folderId,
  );
  if (folder === undefined) return { items: [], total: 0 };
  const id = Number(folder['id']);
  const shown = notTooOld(query.itemsSinceMs);
  const behind = behindOf(order, after, ['items.item']);
  const rows = sql.all(
    `SELECT json FROM items WHERE folder_id = ? ${and([shown, behind])}
     ORDER BY ${orderOf(order)}, items.item LIMIT ?`,
    id,
    ...shown.values,
    ...behind.values,
    limit,
  );
  const total = sql.number(
    `SELECT count(*) FROM items WHERE folder_id = ? ${and([shown])}`,
    id,
    ...shown.values,
  );
  return { items: rows.map(itemOf), total };
}

export function searchItems(sql: Statements, query: SearchQuery): FoundItem[] {
  const { repositoryId, states, filter, order, after, limit, itemsSinceMs } = query;
  const text = textCondition(filter.text);
  if (text === undefined) return [];
  const behind = behindOf(order, after, ['items.item', 'objects.object']);
  const conditions = [notTooOld(itemsSinceMs), text, ...filterConditions(filter), behind];
  const rows = sql.all(
    `SELECT items.json AS json, objects.object AS object, objects.id AS object_id
     FROM items JOIN objects ON objects.id = items.object_id
     WHERE objects.building = 0 AND objects.repository = ?
     AND objects.state IN (SELECT value FROM json_each(?)) ${and(conditions)}
     ORDER BY ${orderOf(order)}, items.item, objects.object LIMIT ?`,
    repositoryId,
    JSON.stringify(states),
    ...conditions.flatMap(({ values }) => values),
    limit,
  );
  const paths = new Map<number, FolderPaths>();
  return rows.map((row) => foundOf(sql, paths, row));
}

function foundOf(sql: Statements, paths: Map<number, FolderPaths>, row: SqlRow): FoundItem {
  const item = itemOf(row);
  const id = Number(row['object_id']);
  const known = paths.get(id) ?? new FolderPaths(sql, id);
  paths.set(id, known);
  return { ...item, objectId: String(row['object']), path: known.of(item.folderId) };
}

function itemOf(row: SqlRow): CachedItem {
  return JSON.parse(String(row['json'])) as CachedItem;
}

/** Undefined: there is text, but nothing in it to search for. */
function textCondition(text: string | undefined): Condition | undefined {
  if (text === undefined || text.trim() === '') return { sql: '', values: [] };
  const expression = matchExpression(text);
  if (expression === undefined) return undefined;
  return {
    sql: 'items.id IN (SELECT rowid FROM texts WHERE texts MATCH ?)',
    values: [expression],
  };
}

function filterConditions(filter: ItemFilterQuery): Condition[] {
  const { fromMs, toMs, sizeMin, sizeMax, hasAttachment, type } = filter;
  const attachment = hasAttachment === undefined ? undefined : Number(hasAttachment);
  return [
    compared('items.date_ms >= ?', fromMs),
    compared('items.date_ms < ?', toMs),
    compared('items.size >= ?', sizeMin),
    compared('items.size <= ?', sizeMax),
    compared('items.attachment = ?', attachment),
    typeCondition(type),
  ];
}

/** 0: the item has no date. */
function notTooOld(itemsSinceMs: number | undefined): Condition {
  return compared('(items.date_ms >= ? OR items.date_ms = 0)', itemsSinceMs);
}

function compared(sql: string, value: number | undefined): Condition {
  return value === undefined ? { sql: '', values: [] } : { sql, values: [value] };
}

/** The class and what lies below it; classes do not distinguish case. [MS-OXCMSG] */
function typeCondition(type: string | undefined): Condition {
  if (type === undefined) return { sql: '', values: [] };
  const below = `${type}.`;
  return {
    sql: '(items.type = ? COLLATE NOCASE OR substr(items.type, 1, ?) = ? COLLATE NOCASE)',
    values: [type, [...below].length, below],
  };
}

function orderOf(order: ItemOrder): string {
  const { name, down } = columns[order];
  return `${name} ${down ? 'DESC' : 'ASC'}`;
}

/** What comes after a position in the order: its value, then its ids in order of ids. */
function behindOf(
  order: ItemOrder,
  after: readonly [string | number, ...string[]] | undefined,
  ids: readonly string[],
): Condition {
  if (after === undefined) return { sql: '', values: [] };
  const [value, ...rest] = after;
  const { name, down } = columns[order];
  const marks = ids.map(() => '?').join(', ');
  return {
    sql: `(${name} ${down ? '<' : '>'} ? OR (${name} = ? AND (${ids.join(', ')}) > (${marks})))`,
    values: [value, value, ...rest],
  };
}

function and(conditions: readonly Condition[]): string {
  return conditions.map(({ sql }) => (sql === '' ? '' : `AND ${sql}`)).join(' ');
}
