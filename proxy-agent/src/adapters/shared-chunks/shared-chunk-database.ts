import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { decodeAddress, encodeAddress } from '@firn/shared/repository/index/address';
import type { IndexMark } from '@firn/shared/repository/shared-chunks/shared-chunk-index';
import type { SharedChunk } from '@firn/shared/repository/shared-chunks/shared-chunks';

/** Changes with the tables: a file of another version is thrown away. */
const schemaVersion = 2;

/** Without fsync: after a crash of the machine the file may hold less, or be thrown away. */
const settings = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = OFF;
  PRAGMA cache_size = -32768;
`;

const schema = `
  CREATE TABLE chunks (
    id BLOB PRIMARY KEY, segment INTEGER NOT NULL, address BLOB NOT NULL, checksum INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE segments (
    number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, pack TEXT NOT NULL,
    offset INTEGER NOT NULL, length INTEGER NOT NULL, pack_length INTEGER NOT NULL,
    key_id TEXT NOT NULL, segment_key TEXT, checksum INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX segments_of_pack ON segments (pack);
  CREATE TABLE mark (
    one INTEGER PRIMARY KEY CHECK (one = 1), epoch INTEGER NOT NULL, reconciled_to INTEGER NOT NULL
  ) STRICT;
  PRAGMA user_version = ${schemaVersion};
`;

/**
 * Tables of shared contents. Synchronous: it runs on a thread of its own.
 * SQLite does not notice a changed bit; a wrong address would lose data, so each
 * row has a checksum.
 */
export class SharedChunkDatabase {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #chunksMax: number;
  /** Counted by eachId. */
  #chunks = 0;

  /** Throws what SQLite throws when the file is none of its own. */
  constructor(path: string, chunksMax: number) {
    this.#db = new DatabaseSync(path, { timeout: 5_000 });
    try {
      this.#db.exec(settings);
      this.#openSchema();
    } catch (error) {
      this.#db.close();
      throw error;
    }
    this.#chunksMax = chunksMax;
  }

  /** To be called once, before anything else: reads all ids. */
  eachId(visit: (contentId: Uint8Array) => void): void {
    for (const row of this.#statement('SELECT id FROM chunks').iterate()) {
      visit(row['id'] as Uint8Array);
      this.#chunks += 1;
    }
  }

  find(contentIds: readonly string[]): ReadonlyMap<string, SharedChunk> {
    const found = new Map<string, SharedChunk>();
    for (const contentId of contentIds) {
      const chunk = this.#chunkOf(contentId);
      if (chunk !== undefined) found.set(contentId, chunk);
    }
    return found;
  }

  #chunkOf(contentId: string): SharedChunk | undefined {
    const id = Buffer.from(contentId, 'hex');
    const row = this.#statement(
      `SELECT c.address, c.checksum AS chunk_checksum, s.id, s.pack, s.offset, s.length,
              s.pack_length, s.key_id, s.segment_key, s.checksum
       FROM chunks c JOIN segments s ON s.number = c.segment WHERE c.id = ?`,
    ).get(id);
    if (row === undefined) return undefined;
    const bytes = row['address'] as Uint8Array;
    const address = decodeAddress(bytes);
    const place = {
      pack: row['pack'] as string,
      offset: row['offset'] as number,
      length: row['length'] as number,
      packLength: row['pack_length'] as number,
      keyId: row['key_id'] as string,
      segmentKey: (row['segment_key'] as string | null) ?? undefined,
    };
    const chunk = { contentId, address, place };
    const isSound =
      address.segment === Buffer.from(row['id'] as Uint8Array).toString('hex') &&
      row['chunk_checksum'] === crc32(bytes, crc32(id)) &&
      row['checksum'] === placeChecksum(chunk);
    return isSound ? chunk : undefined;
  }

  /** Beyond the bound nothing new is taken in. */
  add(chunks: readonly SharedChunk[]): void {
    this.#transaction(() => {
      const segments = new Map<string, number>();
      for (const chunk of chunks) {
        if (this.#chunks >= this.#chunksMax) return;
        const { segment } = chunk.address;
        const number = segments.get(segment) ?? this.#putSegment(chunk);
        segments.set(segment, number);
        this.#putChunk(chunk, number);
        this.#chunks += 1;
      }
    });
  }

  /** Their contents are not found any more; the rows go when they are stored anew, or all at once. */
  forgetPacks(packs: readonly string[]): void {
    const remove = this.#statement('DELETE FROM segments WHERE pack = ?');
    this.#transaction(() => {
      for (const pack of packs) remove.run(pack);
    });
  }

  mark(): IndexMark | undefined {
    const row = this.#statement('SELECT epoch, reconciled_to FROM mark').get();
    if (row === undefined) return undefined;
    return { epoch: row['epoch'] as number, reconciledTo: row['reconciled_to'] as number };
  }

  setMark({ epoch, reconciledTo }: IndexMark): void {
    this.#statement('INSERT OR REPLACE INTO mark (one, epoch, reconciled_to) VALUES (1, ?, ?)').run(
      epoch,
      reconciledTo,
    );
  }

  clear(): void {
    this.#transaction(() => {
      for (const table of ['chunks', 'segments', 'mark']) this.#db.exec(`DELETE FROM ${table}`);
      this.#chunks = 0;
    });
  }

  close(): void {
    this.#db.close();
  }

  #openSchema(): void {
    const version = this.#statement('PRAGMA user_version').get()?.['user_version'];
    if (version === 0) this.#db.exec(`BEGIN; ${schema} COMMIT;`);
    else if (version !== schemaVersion) throw new RangeError(`schema version ${version}`);
  }

  #putSegment(chunk: SharedChunk): number {
    const { pack, offset, length, packLength, keyId, segmentKey = null } = chunk.place;
    const id = Buffer.from(chunk.address.segment, 'hex');
    const row = this.#statement(
      `INSERT INTO segments (id, pack, offset, length, pack_length, key_id, segment_key, checksum)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET pack = excluded.pack, offset = excluded.offset,
         length = excluded.length, pack_length = excluded.pack_length,
         key_id = excluded.key_id, segment_key = excluded.segment_key,
         checksum = excluded.checksum
       RETURNING number`,
    ).get(id, pack, offset, length, packLength, keyId, segmentKey, placeChecksum(chunk));
    return row?.['number'] as number;
  }

  #putChunk({ contentId, address }: SharedChunk, segment: number): void {
    const id = Buffer.from(contentId, 'hex');
    const bytes = encodeAddress(address);
    this.#statement(
      'INSERT OR REPLACE INTO chunks (id, segment, address, checksum) VALUES (?, ?, ?, ?)',
    ).run(id, segment, bytes, crc32(bytes, crc32(id)));
  }

  #transaction(run: () => void): void {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      run();
      this.#db.exec('COMMIT');
    } catch (error) {
      this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

function placeChecksum({ address, place }: SharedChunk): number {
  const { pack, offset, length, packLength, keyId, segmentKey } = place;
  const where = [address.segment, pack, offset, length, packLength];
  return crc32(JSON.stringify([...where, keyId, segmentKey]));
}
