import type { Statements } from './statements.ts';

/** Mailboxes allow about 300 levels; more is a circle. */
const depthMax = 400;

/** Paths of the folders of one object, remembered. */
export class FolderPaths {
  readonly #sql: Statements;
  readonly #objectId: number;
  readonly #paths = new Map<string, string>();

  constructor(sql: Statements, objectId: number) {
    this.#sql = sql;
    this.#objectId = objectId;
  }

  /** Names from the top, with `/` between them; empty for a folder that is not known. */
  of(folder: string): string {
    const known = this.#paths.get(folder);
    if (known !== undefined) return known;
    const path = this.#namesOf(folder).join('/');
    this.#paths.set(folder, path);
    return path;
  }

  #namesOf(folder: string): string[] {
    const names: string[] = [];
    let next: unknown = folder;
    while (typeof next === 'string' && names.length < depthMax) {
      const row = this.#sql.one(
        'SELECT name, parent FROM folders WHERE object_id = ? AND folder = ?',
        this.#objectId,
        next,
      );
      if (typeof row?.['name'] === 'string') names.unshift(row['name']);
      next = row?.['parent'];
    }
    return names;
  }
}
