import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { CountingStore, type StoreCounts } from '../../src/object-store/counting-store.ts';
import { openRepository, type Repository } from '../../src/repository/repository.ts';
import type { StoredSession } from '../../src/repository/session/stored-session.ts';
import { anItem, anObject, aRepository, type TestRepository } from './test-repository.ts';

const objects = 10_000;
/** The goal: of a session over all of them. */
const putsMax = 20;
/** A new token of 189 characters. Each is sealed for itself, so that it goes with its object's key. */
const tokenBytesMax = 300;
/** To make 10,000 objects takes long beside what the tests do. */
const timeoutMs = 300_000;

/** Compressible, as a delta link is, but for 100 bytes that nobody can guess. */
function aToken(): Uint8Array {
  const random = randomBytes(100).toString('base64url');
  return Buffer.from(`https://graph.microsoft.com/v1.0/users/delta?$deltatoken=${random}`);
}

const objectIds = Array.from(
  { length: objects },
  (_, n) => `mailbox:${n}-${randomBytes(8).toString('hex')}`,
);

/** @param n of the object, from 0 on */
type WriteObject = (session: StoredSession, id: string, n: number) => Promise<void>;

/** A repository behind a store that counts. */
class Counted {
  readonly #stored: TestRepository;
  #store: CountingStore;
  #repository: Repository | undefined;
  #sessions = 0;

  constructor(stored: TestRepository) {
    this.#stored = stored;
    this.#store = new CountingStore(stored.store);
  }

  get newestPoint(): string {
    return `session-${this.#sessions}`;
  }

  /** Another process opens it. */
  async reopen(): Promise<Repository> {
    const { ports, repositoryId, rootKey } = this.#stored;
    const opening = { ports: { ...ports, store: this.#store }, repositoryId, rootKey };
    this.#repository = await openRepository(opening);
    await this.#repository.takeOwnership(randomBytes(8).toString('hex'));
    return this.#repository;
  }

  async counting(run: () => Promise<void>): Promise<StoreCounts> {
    const before = this.#store.counts;
    await run();
    const after = this.#store.counts;
    const entries = Object.entries(after) as [keyof StoreCounts, number][];
    const counted = entries.map(([name, value]) => [name, value - before[name]]);
    return Object.fromEntries(counted) as unknown as StoreCounts;
  }

  /** One session over the objects, as the agent runs it: each is asked for what was stored. */
  session(ids: readonly string[], write: WriteObject) {
    return this.counting(async () => {
      const repository = this.#repository ?? (await this.reopen());
      this.#sessions += 1;
      const sessionId = this.newestPoint;
      const session = await repository.beginSession({ jobId: 'job', sessionId, attempt: 1 });
      for (const [n, id] of ids.entries()) {
        await session.previous(id);
        await write(session, id, n);
      }
      await session.commit({ done: true });
    });
  }
}

async function put(session: StoredSession, id: string, itemIds: readonly string[]) {
  const writer = await session.object(anObject(id));
  for (const itemId of itemIds) await writer.putItem(anItem(itemId), randomBytes(300));
  await writer.finish({ syncState: aToken(), mode: 'incremental', counts: {} });
}

const leave = async (session: StoredSession, id: string) => session.unchanged(id);

async function aBackup(ids: readonly string[], items: number): Promise<Counted> {
  const counted = new Counted(await aRepository());
  const itemIds = Array.from({ length: items }, (_, n) => `item-${n}`);
  await counted.session(ids, (session, id) => put(session, id, itemIds));
  return counted;
}

describe('cost of a session over ten thousand objects', () => {
  // One repository for all: each session stands on its own.
  let counted: Counted;

  beforeAll(async () => {
    counted = new Counted(await aRepository());
    // What an object costs that is left alone does not depend on its items.
    await counted.session(objectIds, (session, id, n) => put(session, id, n % 100 ? [] : ['item']));
  }, timeoutMs);

  it.each(['the process is new', 'the process knows them'])(
    'is nearly nothing when nothing changed, and %s',
    async (process) => {
      if (process.endsWith('new')) await counted.reopen();
      const { puts, putBytes, gets } = await counted.session(objectIds, leave);
      expect(puts).toBeLessThanOrEqual(3);
      expect(putBytes).toBeLessThan(2_000);
      // The sheets of records; the keys of the objects, once for each process.
      const keys = process.endsWith('new') ? objects : 0;
      expect(gets - keys).toBeLessThan(objects / 100);
    },
    timeoutMs,
  );

  it(
    'is the tokens when all of them are a day old, and what a hundred changed',
    async () => {
      await counted.reopen();
      const { puts, putBytes, gets } = await counted.session(objectIds, (session, id, n) =>
        put(session, id, n % 100 ? [] : ['new']),
      );
      expect(puts).toBeLessThanOrEqual(putsMax);
      expect(putBytes).toBeLessThanOrEqual(objects * tokenBytesMax);
      // The key of each.
      expect(gets).toBeLessThan(objects * 1.1);
    },
    timeoutMs,
  );

  it(
    'is proportional to what changed',
    async () => {
      const change = (every: number) =>
        counted.session(objectIds, (session, id, n) =>
          n % every ? leave(session, id) : put(session, id, [`new-${every}`]),
        );
      const few = await change(1_000);
      const more = await change(100);
      expect(few.puts).toBeLessThanOrEqual(putsMax);
      expect(few.putBytes).toBeLessThan((objects / 1_000) * 4_000);
      expect(more.putBytes).toBeLessThan(few.putBytes * 12);
      expect(few.gets).toBeLessThan(objects / 100 + (objects / 1_000) * 8);
    },
    timeoutMs,
  );
});

describe('cost of points and of objects', () => {
  it('does not grow with the points that went before, nor does reading', async () => {
    const [id = ''] = objectIds;
    const counted = await aBackup([id], 2_000);
    const sessions = [];
    for (let n = 0; n < 128; n += 1) {
      sessions.push(await counted.session([id], (session) => put(session, id, [`new-${n}`])));
    }
    const sum = (member: keyof StoreCounts) =>
      sessions.reduce((total, session) => total + session[member], 0);
    // Merging every eighth delta rewrites the catalog; an average session stays small.
    expect(Math.max(...sessions.map(({ puts }) => puts))).toBeLessThanOrEqual(8);
    expect(sum('puts') / sessions.length).toBeLessThan(6);
    const firstHalf = sessions.slice(0, 64).reduce((total, { putBytes }) => total + putBytes, 0);
    expect(sum('putBytes') - firstHalf).toBeLessThan(firstHalf * 1.5);
    const repository = await counted.reopen();
    const read = await counted.counting(async () => {
      const point = await repository.openPoint({ jobId: 'job', pointId: counted.newestPoint });
      const { state } = await point.object(id);
      const { catalog, index, table } = state.record;
      expect(Math.max(catalog.length, index.length, table.length)).toBeLessThanOrEqual(9);
      let items = 0;
      for await (const _ of state.items()) items += 1;
      expect(items).toBe(2_128);
    });
    expect(read.gets).toBeLessThan(60);
  });

  it('of opening and of listing objects is few requests', async () => {
    const ids = objectIds.slice(0, 500);
    const counted = await aBackup(ids, 0);
    for (let n = 0; n < 300; n += 1) await counted.session([], leave);
    const opening = await counted.counting(async () => {
      const repository = await counted.reopen();
      expect(repository.restorePoints('job').length).toBe(301);
    });
    expect(opening.gets).toBeLessThan(250);
    const repository = await counted.reopen();
    const listing = await counted.counting(async () => {
      const point = await repository.openPoint({ jobId: 'job', pointId: counted.newestPoint });
      let found = 0;
      for await (const _ of point.objects()) found += 1;
      expect(found).toBe(ids.length);
    });
    // Names lie under each object's own key, so that an erasure of the object destroys them.
    expect(listing.gets).toBeLessThan(ids.length * 1.05);
  });
});
