import { expect } from 'vitest';
import { isAppError } from '../../src/errors/app-error.ts';
import { utf8 } from '../../src/repository/bytes.ts';
import { checkRepository } from '../../src/repository/check/check-repository.ts';
import { PackMarker } from '../../src/repository/garbage/pack-marker.ts';
import { rootsOf } from '../../src/repository/log/state/roots.ts';
import { maintainRepository } from '../../src/repository/maintenance/maintain-repository.ts';
import type { PointReader } from '../../src/repository/point/point-reader.ts';
import type { Repository } from '../../src/repository/repository.ts';
import type {
  NewItem,
  ObjectWriter,
  RepositorySession,
} from '../../src/repository/session/repository-session.ts';
import { copyPoint } from './copying.ts';
import {
  bytesOf,
  type ModelItem,
  neverStored,
  type PointModel,
  saidBy,
  shownBy,
} from './point-model.ts';
import {
  anItem,
  anObject,
  aRepository,
  opened,
  owned,
  type TestRepository,
} from './test-repository.ts';

const dayMs = 86_400_000;

/** New content; or `removed`, `moved` into another folder, `failed` to be read. */
export type Change = readonly [item: string, made: string];

/** Of item-level retention: an item of it is shown for so many days. */
export const youngJobId = 'young';
const youngDays = 12;

type ObjectModel = ReadonlyMap<string, ModelItem>;

interface OpenSession {
  readonly session: RepositorySession;
  /** Finished, and not committed yet. */
  readonly finished: Map<string, ObjectModel>;
}

/** Whose owner is another by now, with the sessions that it had open. */
interface Zombie {
  readonly repository: Repository;
  readonly sessions: readonly RepositorySession[];
}

const limits = {
  ...{ deadShareMin: 0.1, smallBytes: 500_000, smallPacksMin: 2 },
  ...{ bytesMax: 2_500_000, segmentsMax: 1_000 },
};

/**
 * A repository that several jobs, former owners and readers work on, beside a plain
 * model of what each restore point must show. Every step may be refused where the
 * model says so, and nowhere else.
 */
export class ManyWriters {
  readonly #stored: TestRepository;
  readonly #copies: TestRepository;
  readonly #open = new Map<string, OpenSession>();
  readonly #zombies: Zombie[] = [];
  readonly #readers: { readonly point: PointReader; readonly model: PointModel }[] = [];
  /** Job → what its newest commit left; and restore point → what it must show. */
  readonly #newest = new Map<string, PointModel>();
  readonly #points = new Map<string, PointModel>();
  #repository: Repository;
  #sessions = 0;
  /** By the storage's clock. */
  #days = 0;
  /** Before all items, while there is no cut-off. */
  #maintainedOnDay = 0;

  private constructor(stored: TestRepository, copies: TestRepository, repository: Repository) {
    this.#stored = stored;
    this.#copies = copies;
    this.#repository = repository;
  }

  static async begin(): Promise<ManyWriters> {
    const stored = await aRepository('source');
    return new ManyWriters(stored, await aRepository('copies'), await owned(stored));
  }

  /** An object of the job's open session, or of a new one; nothing when the session has it. */
  async write(jobId: string, objectId: string, changes: readonly Change[]): Promise<void> {
    const { session, finished } = await this.#sessionOf(jobId);
    if (session.committedObjects.has(objectId) || finished.has(objectId)) return;
    const items = new Map(this.#newest.get(jobId)?.get(objectId));
    const writer = await session.object(anObject(objectId));
    for (const change of changes) {
      // What is too old is not read at the source either.
      if (this.#isShown(jobId, change[0])) await applyTo(writer, items, change);
    }
    await writer.finish({ syncState: utf8('token'), mode: 'incremental', counts: {} });
    finished.set(objectId, items);
  }

  async commit(jobId: string, done: boolean): Promise<void> {
    const open = this.#open.get(jobId);
    if (open === undefined || (!done && open.finished.size === 0)) return;
    const { refused } = await open.session.commit({ done });
    expect(refused).toEqual([]);
    const model = new Map([...(this.#newest.get(jobId) ?? []), ...open.finished]);
    this.#newest.set(jobId, model);
    this.#points.set(`${jobId}/${open.session.sessionId}`, model);
    open.finished.clear();
    if (done) this.#open.delete(jobId);
  }

  /** Another process takes over. What the former one had not committed is lost. */
  async takeOver(): Promise<void> {
    const sessions = [...this.#open.values()].map(({ session }) => session);
    this.#zombies.push({ repository: this.#repository, sessions });
    this.#repository = await owned(this.#stored);
    for (const [jobId, { session }] of this.#open) {
      const { sessionId, attempt } = session;
      const next = await this.#repository.beginSession({ jobId, sessionId, attempt: attempt + 1 });
      this.#open.set(jobId, { session: next, finished: new Map() });
    }
  }

  /** Former owners go on as if nothing had happened: it is without effect. */
  async haunt(content: string): Promise<void> {
    for (const { repository, sessions } of this.#zombies) {
      for (const session of sessions) await isShutOut(() => this.#hauntSession(session, content));
      // With nothing to condemn it ends without having written anything.
      await isShutOut(() => repository.collectGarbage(), { orIdle: true });
    }
  }

  async #hauntSession(session: RepositorySession, content: string): Promise<unknown> {
    const writer = await session.object(anObject(`haunted-${content}`));
    await writer.putItem(anItem('1'), bytesOf(content));
    await writer.finish({ syncState: utf8('late'), mode: 'full', counts: {} });
    return session.commit({ done: true });
  }

  /** A reader of its own, that reads the log no more unless it has to. */
  async pin(jobId: string): Promise<void> {
    const newest = this.#repository.restorePoints(jobId).at(-1);
    if (newest === undefined) return;
    const pinId = `pin-${this.#readers.length}`;
    await this.#repository.pin(pinId, newest, this.#repository.log.state.headAtMs + 400 * dayMs);
    const point = await (await opened(this.#stored)).openPoint(newest);
    this.#readers.push({ point, model: this.#modelOf(newest) });
  }

  async maintain(days: number, keepLast: number): Promise<void> {
    this.#stored.store.advance(days * dayMs);
    this.#sessions += 1;
    this.#days += days;
    await maintainRepository(this.#repository.context, {
      ...{ sessionId: `m${this.#sessions}`, limits },
      policyOf: (jobId) => ({
        policy:
          jobId === youngJobId
            ? { type: 'item', keepFor: { count: youngDays, unit: 'days' } }
            : { type: 'snapshot', keepLast },
        isAbandoned: false,
      }),
    });
    // A job that has committed nothing has no cut-off in the log.
    const hasCommitted = (this.#newest.get(youngJobId)?.size ?? 0) > 0;
    if (hasCommitted) this.#maintainedOnDay = this.#days;
  }

  async copy(): Promise<void> {
    const newest = this.#repository.restorePoints('job').at(-1);
    if (newest === undefined) return;
    const { pointId } = newest;
    const copied = { jobId: 'copy', pointId: `copy-${pointId}` };
    const target = await opened(this.#copies);
    if (target.restorePoints('copy').some((point) => point.pointId === copied.pointId)) return;
    const run = { from: this.#stored, to: this.#copies, pointId, storageClass: 'hot' } as const;
    expect((await copyPoint(run)).damaged).toEqual([]);
    const point = await (await opened(this.#copies)).openPoint(copied);
    expect(await shownBy(point)).toEqual(saidBy(this.#modelOf(newest)));
  }

  /** Every point and every pinned reader shows what the model says. */
  async assertShown(): Promise<void> {
    const reading = await opened(this.#stored);
    for (const point of reading.restorePoints()) {
      const isShown = (itemId: string) => this.#isShown(point.jobId, itemId);
      const said = saidBy(this.#modelOf(point), isShown);
      expect(await shownBy(await reading.openPoint(point))).toEqual(said);
    }
    for (const { point, model } of this.#readers) {
      expect(await shownBy(point)).toEqual(saidBy(model));
    }
  }

  /** Sessions end, pins run out, and nothing is left but what the newest points need. */
  async comeToRest(): Promise<void> {
    for (const jobId of [...this.#open.keys()]) await this.commit(jobId, true);
    await this.assertShown();
    this.#readers.length = 0;
    await this.maintain(500, 1);
    for (let round = 0; round < 5; round += 1) await this.maintain(8, 1);
    await this.assertShown();
    const { context } = this.#repository;
    const { state } = context.log;
    const needed = await new PackMarker(context).referencedPacks(rootsOf(state), state);
    const { store } = this.#stored;
    const packs = [...store.names('packs/'), ...store.names('meta/')];
    expect(packs.sort()).toEqual([...needed].sort());
    for (const stored of [this.#stored, this.#copies]) await assertClean(await opened(stored));
  }

  /** By the cut-off of the newest maintenance that had something to cut. */
  #isShown(jobId: string, itemId: string): boolean {
    return jobId !== youngJobId || dayOf(itemId) >= this.#maintainedOnDay - youngDays;
  }

  #modelOf({ jobId, pointId }: { readonly jobId: string; readonly pointId: string }): PointModel {
    return this.#points.get(`${jobId}/${pointId}`) ?? new Map();
  }

  async #sessionOf(jobId: string): Promise<OpenSession> {
    const known = this.#open.get(jobId);
    if (known !== undefined) return known;
    this.#sessions += 1;
    const sessionId = `s${this.#sessions}`;
    const session = await this.#repository.beginSession({ jobId, sessionId, attempt: 1 });
    const open = { session, finished: new Map<string, ObjectModel>() };
    this.#open.set(jobId, open);
    return open;
  }
}

/** Items 1, 2, … are of days 10.5, 20.5, … by the storage's clock. */
function dayOf(itemId: string): number {
  return Number(itemId) * 10 + 0.5;
}

function aDatedItem(itemId: string, changes: Partial<NewItem> = {}): NewItem {
  const date = new Date(dayOf(itemId) * dayMs).toISOString();
  return anItem(itemId, { date, ...changes });
}

const failure = { code: 'E_ITEM_UNREADABLE', message: 'it cannot be read now' };

/** To the writer, and to what the object must show then. */
async function applyTo(
  writer: ObjectWriter,
  items: Map<string, ModelItem>,
  [item, made]: Change,
): Promise<void> {
  if (made === 'removed') {
    await writer.removeItem(item);
    items.delete(item);
  } else if (made === 'failed') {
    // What was stored of it stands.
    await writer.failItem(aDatedItem(item), failure);
    if (!items.has(item)) items.set(item, { content: neverStored, folderId: 'inbox' });
  } else if (made !== 'moved') {
    await writer.putItem(aDatedItem(item), bytesOf(made));
    items.set(item, { content: made, folderId: 'inbox' });
  } else {
    const folderId = 'archive';
    const known = items.get(item);
    const moved = writer.moveItem(aDatedItem(item, { folderId }));
    if (known !== undefined) {
      await moved;
      items.set(item, { ...known, folderId });
    } else await expect(moved).rejects.toMatchObject({ code: 'E_ITEM_NOT_STORED' });
  }
}

async function assertClean(repository: Repository): Promise<void> {
  for await (const finding of checkRepository(repository, { readData: true })) {
    expect(finding).toBeUndefined();
  }
}

/** Ends as a process that lost its repository does. */
async function isShutOut(run: () => Promise<unknown>, { orIdle = false } = {}): Promise<void> {
  try {
    await run();
  } catch (error) {
    const isKnown =
      isAppError(error, 'E_REPOSITORY_FENCED') || isAppError(error, 'E_SESSION_SUPERSEDED');
    if (!isKnown) throw error;
    return;
  }
  if (!orIdle) throw new Error('a former owner was let in');
}
