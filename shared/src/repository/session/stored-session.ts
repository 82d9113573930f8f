import { isAppError } from '../../errors/app-error.ts';
import { invariant } from '../../errors/invariant.ts';
import { isDamage } from '../damaged.ts';
import type { ObjectKey } from '../keys/key-ring.ts';
import { closeSession, commitSession } from '../log/sessions.ts';
import { newestPoint } from '../log/state.ts';
import { DraftMemory } from '../object/draft-memory.ts';
import { ObjectDraft } from '../object/object-draft.ts';
import type { ObjectRecord } from '../object/object-record.ts';
import { ObjectState, type OpenObject } from '../object/object-state.ts';
import { referencedPacks } from '../object/referenced-packs.ts';
import type { OpenContext } from '../open-context.ts';
import { itemsSinceOf } from '../retention/item-cutoff.ts';
import { LiveSharedChunks } from '../shared-chunks/live-shared-chunks.ts';
import { MimeSplitter } from '../split/mime-splitter.ts';
import { ContentCutter, gearTable } from './content-cutter.ts';
import { ContentWriter } from './content-writer.ts';
import type {
  Committed,
  ObjectIdentity,
  PreviousState,
  RepositorySession,
  SessionTotals,
} from './repository-session.ts';
import { SessionPacks } from './session-packs.ts';
import { SessionSharedChunks } from './session-shared-chunks.ts';
import { type FinishedObject, StoredObjectWriter } from './stored-object-writer.ts';
import { UnderWay } from './under-way.ts';

export interface SessionOptions {
  readonly context: OpenContext;
  readonly jobId: string;
  readonly sessionId: string;
  /** By the log. */
  readonly attempt: number;
  readonly epoch: number;
}

/** Of contents that all objects of a session have on their way into packs. */
const underWayBytesMax = 4 * 1024 * 1024;
/** Of rows and addresses that all objects of a session hold before they write them. */
const draftBytesMax = 16 * 1024 * 1024;

export class StoredSession implements RepositorySession {
  readonly jobId: string;
  readonly sessionId: string;
  readonly attempt: number;
  readonly packs: SessionPacks;
  readonly context: OpenContext;
  readonly #shared: SessionSharedChunks;
  readonly #splitter: MimeSplitter;
  readonly #underWay = new UnderWay(underWayBytesMax);
  readonly #draftMemory = new DraftMemory(draftBytesMax);
  readonly #bases = new Map<string, Promise<ObjectState | undefined>>();
  readonly #keys = new Map<string, ObjectKey>();
  readonly #finished = new Map<string, FinishedObject>();
  #committing: Promise<unknown> = Promise.resolve();
  #ended = false;

  constructor(options: SessionOptions) {
    const { context, jobId, sessionId, attempt, epoch } = options;
    this.context = context;
    this.#splitter = new MimeSplitter({ compute: context.ports.compute });
    this.jobId = jobId;
    this.sessionId = sessionId;
    this.attempt = attempt;
    const { ports, keys } = context;
    this.packs = new SessionPacks({ ports, keys, epoch, sessionId, attempt });
    this.#shared = new SessionSharedChunks({
      chunks: new LiveSharedChunks(context, epoch),
      isStored: (pack) => this.packs.isStored(pack),
    });
  }

  get committedObjects(): ReadonlySet<string> {
    const session = this.context.log.state.sessions.get(this.sessionId);
    return session?.committed ?? new Set();
  }

  async previous(objectId: string): Promise<PreviousState | undefined> {
    const base = await this.base(objectId);
    if (base === undefined) return undefined;
    const syncState = await base.syncState().catch(orUndefinedWhenDamaged);
    if (syncState === undefined) return this.#withoutBase(objectId);
    return {
      syncState,
      item: (itemId) => base.item(itemId),
      folder: (folderId) => base.folder(folderId),
      items: () => base.items(),
      folders: () => base.folders(),
      failedItems: () => base.failedItems(),
    };
  }

  object(identity: ObjectIdentity): Promise<StoredObjectWriter> {
    return this.openWriter(identity, this.context.repositoryId);
  }

  /**
   * @param contentIds repository whose secret makes the ids; of a copy: the source
   * @param replaced what the object is written instead of, under its keys: nothing of it is kept
   */
  async openWriter(
    identity: ObjectIdentity,
    contentIds: string,
    replaced?: ObjectRecord,
  ): Promise<StoredObjectWriter> {
    invariant(!this.#ended, `session ${this.sessionId} has ended`);
    const { context, packs, jobId, sessionId } = this;
    const { objectId } = identity;
    const { ports, keys } = context;
    const previous = replaced === undefined ? await this.base(objectId) : undefined;
    const record = replaced ?? previous?.record;
    const { key, olderKeyIds } = await this.#objectKeys(objectId, record);
    const { meta } = packs;
    const { relocations } = context;
    const draftOptions = { ports, keys, meta, objectId, key, olderKeyIds, previous, relocations };
    const itemsSinceMs = itemsSinceOf(context.log.state, jobId);
    const memory = this.#draftMemory;
    const draft = await ObjectDraft.open({ ...draftOptions, memory, itemsSinceMs });
    const contentIdSecret = await keys.contentIdSecret(contentIds);
    // A copy keeps an object together, and stores nothing by itself.
    const isCopy = contentIds !== context.repositoryId;
    const shared = isCopy ? undefined : this.#shared;
    const contentOptions = { ports, packs, draft, objectId, key, contentIdSecret, shared };
    const content = new ContentWriter({ ...contentOptions, underWay: this.#underWay });
    const table = await gearTable(ports.compute, contentIdSecret);
    const cutter = new ContentCutter({ compute: ports.compute, table });
    return new StoredObjectWriter({
      ...{
        context,
        meta,
        records: packs.records,
        identity,
        jobId,
        sessionId,
        key,
        olderKeyIds,
        contentIds,
        draft,
        content,
        cutter,
        splitter: this.#splitter,
      },
      previous,
      onFinished: (finished) => this.#finish(finished),
    });
  }

  /** The object's newest committed state; undefined when it cannot be built upon. */
  base(objectId: string): Promise<ObjectState | undefined> {
    const known = this.#bases.get(objectId);
    if (known !== undefined) return known;
    const opening = this.#openBase(objectId);
    this.#bases.set(objectId, opening);
    opening.catch(() => this.#bases.delete(objectId));
    return opening;
  }

  unchanged(objectId: string): void {
    this.#bases.delete(objectId);
  }

  commit(options: { readonly done: boolean }): Promise<Committed> {
    const result = this.#committing.then(() => this.#commit(options.done));
    this.#committing = result.catch(() => {});
    return result;
  }

  async close(): Promise<void> {
    this.#ended = true;
    await closeSession(this.context.log, this);
  }

  totals(): SessionTotals {
    return this.packs.totals();
  }

  async #openBase(objectId: string): Promise<ObjectState | undefined> {
    const { log, ports, keys, meta, relocations } = this.context;
    const point = newestPoint(log.state, this.jobId, objectId);
    if (point === undefined) return undefined;
    const opening = { compute: ports.compute, keys, meta, relocations };
    const base = await openWithKeys(opening, point.root).catch(orUndefinedWhenDamaged);
    if (base === undefined) return undefined;
    // Nothing to compare with: reading index and table would be for nothing.
    if (log.state.condemned.size === 0) return base;
    const packs = await referencedPacks(base.record, base.readers).catch(orUndefinedWhenDamaged);
    const isUsable = packs !== undefined && this.#condemnedAmong(packs).length === 0;
    return isUsable ? base : undefined;
  }

  #withoutBase(objectId: string): undefined {
    this.#bases.set(objectId, Promise.resolve(undefined));
    return undefined;
  }

  /** A key epoch that has begun meanwhile gives the object a new key. */
  async #objectKeys(objectId: string, record: ObjectRecord | undefined) {
    const { keys } = this.context;
    const { keyId: id = '', olderKeyIds = [] } = record ?? {};
    if (record === undefined) return { key: await this.#newKey(objectId), olderKeyIds };
    if (keys.isCurrent(id)) return { key: { id, key: await keys.objectKey(id) }, olderKeyIds };
    return { key: await this.#newKey(objectId), olderKeyIds: [id, ...olderKeyIds] };
  }

  /** An attempt before this one has stored contents of the object under the key. */
  async adoptKey(objectId: string, id: string): Promise<void> {
    const { keys } = this.context;
    if (!keys.isCurrent(id) || !(await keys.isReadable(id))) return;
    this.#keys.set(objectId, { id, key: await keys.objectKey(id) });
  }

  async #newKey(objectId: string): Promise<ObjectKey> {
    const { keys } = this.context;
    const known = this.#keys.get(objectId);
    if (known !== undefined && keys.isCurrent(known.id)) return known;
    const key = await keys.createObjectKey(objectId, this.sessionId);
    this.packs.countPuts(1);
    this.#keys.set(objectId, key);
    return key;
  }

  async #flush(): Promise<void> {
    await this.packs.flush();
    await this.#shared.settle();
  }

  #finish(finished: FinishedObject): void {
    this.#finished.set(finished.objectId, finished);
    this.#bases.delete(finished.objectId);
  }

  async #commit(done: boolean): Promise<Committed> {
    invariant(!this.#ended, `session ${this.sessionId} has ended`);
    const batch = [...this.#finished.values()];
    if (batch.length > 0) await this.#flush();
    const { ready, refused } = await this.#append(batch, done);
    for (const { objectId } of batch) this.#finished.delete(objectId);
    for (const { objectId } of refused) this.#withoutBase(objectId);
    this.#ended = done;
    const { head, digest, headAtMs } = this.context.log.state;
    return {
      ...{ head, digest, atMs: headAtMs },
      objects: ready.map(({ objectId }) => objectId),
      refused: refused.map(({ objectId }) => objectId),
      partial: ready.some(({ failedItems }) => failedItems > 0),
    };
  }

  /** Rule 8 of the log: what is condemned meanwhile is refused, and the rest tried again. */
  async #append(batch: readonly FinishedObject[], done: boolean) {
    const { log } = this.context;
    for (;;) {
      await log.refresh();
      const { ready, refused } = await this.#sorted(batch);
      try {
        if (ready.length > 0 || done) await this.#put(ready, done);
        return { ready, refused };
      } catch (error) {
        if (!isAppError(error, 'E_REPOSITORY_PACK_CONDEMNED')) throw error;
      }
    }
  }

  /** By the log as it was last read: what refers to a condemned pack is refused. */
  async #sorted(batch: readonly FinishedObject[]) {
    const ready: FinishedObject[] = [];
    const refused: FinishedObject[] = [];
    for (const object of batch) {
      const condemned = this.#condemnedAmong(await object.references.packs());
      (condemned.length === 0 ? ready : refused).push(object);
    }
    return { ready, refused };
  }

  async #put(ready: readonly FinishedObject[], done: boolean): Promise<void> {
    const { jobId, sessionId, attempt } = this;
    const references = await packsOf(ready);
    await commitSession(this.context.log, {
      ...{ jobId, sessionId, attempt, done },
      references: () => packsOf(ready),
      objects: Object.fromEntries(ready.map(({ objectId, record }) => [objectId, record.root])),
      packs: [...references].filter((pack) => this.packs.isOwn(pack)),
    });
    this.packs.countPuts(1);
  }

  #condemnedAmong(packs: Iterable<string>): readonly string[] {
    const { log } = this.context;
    return log.rules.condemnedAmong(log.state, packs);
  }
}

async function packsOf(objects: readonly FinishedObject[]): Promise<ReadonlySet<string>> {
  const packs = new Set<string>();
  for (const { references } of objects) {
    for (const pack of await references.packs()) packs.add(pack);
  }
  return packs;
}

/** What nobody can open is no base. E_REPOSITORY_DAMAGED */
async function openWithKeys(opening: OpenObject, root: string): Promise<ObjectState> {
  const base = await ObjectState.open(opening, root);
  await base.requireKeys();
  return base;
}

function orUndefinedWhenDamaged(error: unknown): undefined {
  if (isDamage(error)) return undefined;
  throw error;
}
