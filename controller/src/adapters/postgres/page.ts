import { AppError } from '@firn/shared/errors/app-error';
import type { Page, PageRequest } from '../../ports/records.ts';
import type { Db } from './db.ts';

export interface PageQuery {
  /** `SELECT … FROM …` without WHERE; must give `position`. */
  readonly select: string;
  /** The column that orders, e.g. `s.position`. */
  readonly order: string;
  readonly direction: 'ASC' | 'DESC';
  /** Conditions with `?` for each value. */
  readonly where: readonly Condition[];
  readonly page: PageRequest;
}

export interface Condition {
  readonly sql: string;
  readonly values: readonly unknown[];
}

/** `column = value`, or nothing when the value is undefined. */
export function equals(column: string, value: unknown): Condition[] {
  return value === undefined ? [] : [{ sql: `${column} = ?`, values: [value] }];
}

/** One page in the order of a unique column, and the cursor of the next. */
export async function selectPage<T extends object>(db: Db, query: PageQuery): Promise<Page<T>> {
  const { page, direction, order } = query;
  const after = decodeCursor(page.cursor);
  const conditions = [
    ...query.where,
    ...(after === undefined
      ? []
      : [{ sql: `${order} ${direction === 'ASC' ? '>' : '<'} ?`, values: [after] }]),
  ];
  const { where, values } = joinConditions(conditions);
  const sql = `${query.select} ${where} ORDER BY ${order} ${direction} LIMIT ${page.limit + 1}`;
  const found = await db.rows<T & { position: number }>(sql, values);
  const rows = found.slice(0, page.limit);
  const last = rows.at(-1);
  return {
    items: rows,
    nextCursor:
      found.length > page.limit && last !== undefined ? encodeCursor(last.position) : undefined,
  };
}

function joinConditions(conditions: readonly Condition[]) {
  let number = 0;
  const parts = conditions.map(({ sql }) =>
    sql.replaceAll('?', () => {
      number += 1;
      return `$${number}`;
    }),
  );
  return {
    where: parts.length === 0 ? '' : `WHERE ${parts.join(' AND ')}`,
    values: conditions.flatMap(({ values }) => values),
  };
}

function encodeCursor(position: number): string {
  return Buffer.from(String(position)).toString('base64url');
}

function decodeCursor(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  const position = Number(Buffer.from(cursor, 'base64url').toString('utf8'));
  if (Number.isSafeInteger(position)) return position;
  throw new AppError('E_REQUEST_INVALID', 'cursor is not one that a page gave');
}
