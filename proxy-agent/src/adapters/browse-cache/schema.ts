/**
 * The tables of the browse cache, all of them. A file of another version is
 * thrown away: everything in it can be read from the repository again.
 */
export const schemaVersion = 1;

/**
 * What each connection has to be told again. WAL and NORMAL: a killed process leaves a
 * whole database, perhaps without the last rows. What is deleted is overwritten: an
 * erased object leaves nothing in the file.
 */
export const connectionSettings = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA cache_size = -16384;
  PRAGMA mmap_size = 0;
  PRAGMA temp_store = MEMORY;
  PRAGMA secure_delete = ON;
`;

/**
 * The text index holds no text of its own ([SQLite: fts5, contentless-delete]).
 * Letters without their marks; symbols (Co, So: emoji) are searched too.
 */
export const schema = `
  CREATE TABLE objects (
    id INTEGER PRIMARY KEY, repository TEXT NOT NULL, job TEXT NOT NULL, object TEXT NOT NULL,
    state TEXT NOT NULL, levels TEXT NOT NULL, building INTEGER NOT NULL, used_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX objects_by_state ON objects (repository, state);
  CREATE INDEX objects_by_use ON objects (used_at);
  CREATE TABLE folders (
    id INTEGER PRIMARY KEY, object_id INTEGER NOT NULL, folder TEXT NOT NULL,
    parent TEXT, name TEXT
  ) STRICT;
  CREATE UNIQUE INDEX folders_by_name ON folders (object_id, folder);
  CREATE TABLE items (
    id INTEGER PRIMARY KEY, object_id INTEGER NOT NULL, folder_id INTEGER NOT NULL,
    item TEXT NOT NULL, date_ms INTEGER NOT NULL, size INTEGER NOT NULL, type TEXT NOT NULL,
    attachment INTEGER NOT NULL, name_key TEXT NOT NULL, json TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX items_by_name ON items (object_id, item);
  CREATE INDEX items_by_folder ON items (folder_id, date_ms);
  CREATE INDEX items_by_date ON items (date_ms);
  CREATE VIRTUAL TABLE texts USING fts5 (
    name, sender, recipients, path, content = '', contentless_delete = 1, detail = full,
    tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co So'"
  );
  PRAGMA user_version = ${schemaVersion};
`;
