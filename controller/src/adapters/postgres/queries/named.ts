import type { NamedRecords, PageRequest } from '../../../ports/records.ts';
import type { Db } from '../db.ts';
import { selectPage } from '../page.ts';

export interface NamedTable {
  readonly table: string;
  /** `SELECT … FROM <table> t`; default all columns. */
  readonly select?: string;
  /** Gives one column, `name`; $1 is the id. */
  readonly usersSql: string;
  /** Assignments that wipe secrets, e.g. `, sealed_key = ''`. */
  readonly wipe?: string;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The column that an id or a name is looked up in. */
export function keyColumn(idOrName: string): 'id' | 'name' {
  return uuid.test(idOrName) ? 'id' : 'name';
}

/** What all tables of named resources have in common: all but insert. */
export function makeNamedQueries<T extends object>(
  db: Db,
  options: NamedTable,
): Omit<NamedRecords<T, never>, 'insert'> {
  const { table, usersSql, wipe = '' } = options;
  const select = options.select ?? `SELECT t.* FROM ${table} t`;
  return {
    find: (idOrName: string) =>
      db.first<T>(`${select} WHERE t.${keyColumn(idOrName)} = $1 AND t.deleted_at IS NULL`, [
        idOrName,
      ]),
    list: (page: PageRequest) =>
      selectPage<T>(db, {
        select,
        order: 't.position',
        direction: 'ASC',
        where: [{ sql: 't.deleted_at IS NULL', values: [] }],
        page,
      }),
    usersOf: async (id: string) => {
      const rows = await db.rows<{ name: string }>(usersSql, [id]);
      return rows.map(({ name }) => name);
    },
    remove: async (id: string) => {
      await db.rows(`UPDATE ${table} SET deleted_at = now()${wipe} WHERE id = $1`, [id]);
    },
  };
}

/** Inserts the row's columns and gives back the whole row. */
export async function insertRow<T extends object>(
  db: Db,
  table: string,
  columns: Readonly<Record<string, unknown>>,
): Promise<T> {
  const names = Object.keys(columns);
  const places = names.map((_name, index) => `$${index + 1}`);
  const row = await db.first<T>(
    `INSERT INTO ${table} (${names.join(', ')}) VALUES (${places.join(', ')}) RETURNING *`,
    Object.values(columns),
  );
  return row as T;
}
