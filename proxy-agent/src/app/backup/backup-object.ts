import { AppError, isAppError } from '@firn/shared/errors/app-error';
import { assertNever } from '@firn/shared/errors/invariant';
import type { ObjectResult } from '@firn/shared/gen/firn/link/v1/work';
import type { CatalogFolder } from '@firn/shared/repository/catalog/row';
import type {
  ObjectIdentity,
  ObjectWriter,
  RepositorySession,
} from '@firn/shared/repository/session/repository-session';
import { toProblem } from '@firn/shared/rpc/problem';
import type { ProtectedObject } from '../../domain/protected-object.ts';
import { decodeSyncState, encodeSyncState, isFresh } from '../../domain/sync-state.ts';
import type { KnownState, Source, SourceChange, SourceItem } from '../../ports/source.ts';
import { FailedItems, objectResult } from '../end-of-object.ts';
import type { SessionContext } from '../session-context.ts';
import { trackContent } from './item-content.ts';
import { knownState } from './known-state.ts';

export interface BackupObject {
  readonly context: Pick<SessionContext, 'signal' | 'progress' | 'clock'>;
  readonly session: RepositorySession;
  readonly source: Source;
  readonly object: ProtectedObject;
  /** Enumerate everything; what is stored already is not read again. */
  readonly full: boolean;
  /** Item-level retention: older items are not read; absent: all are. */
  readonly itemsSinceMs?: number | undefined;
}

/**
 * Brings one object up to date in the session. Resolves when it is finished (or
 * unchanged) and waits for the next commit; until then it is not stored. On an
 * error the object's last good state stays.
 */
export async function backupObject(options: BackupObject): Promise<ObjectResult> {
  const { session, object, source, context } = options;
  const previous = await session.previous(object.id);
  const stored = previous === undefined ? undefined : decodeSyncState(previous.syncState);
  const known = knownState(previous, options.itemsSinceMs);
  const reading = await source.open(object);
  const changes = reading.changes(options.full ? undefined : stored?.token, known, context.signal);
  const writing = new ObjectWriting(options, known);
  try {
    for await (const change of changes) {
      context.signal.throwIfAborted();
      await writing.apply(change);
    }
    const fresh = stored !== undefined && isFresh(stored, context.clock.now());
    return await writing.end(fresh && !options.full);
  } catch (error) {
    await writing.abandon();
    throw error;
  }
}

export function identityOf(object: ProtectedObject): ObjectIdentity {
  const { id, kind, userId, userPrincipalName, displayName } = object;
  return { objectId: id, kind, userId, userPrincipalName, displayName };
}

/** One object being written: from the first change to finish or abandon. */
class ObjectWriting {
  readonly #options: BackupObject;
  readonly #known: KnownState;
  readonly #failed: FailedItems;
  /** Those of this session, which #known does not show. */
  readonly #folders = new Map<string, Pick<CatalogFolder, 'name' | 'parentId'>>();
  #writer: ObjectWriter | undefined;
  #mode: 'full' | 'incremental' = 'full';
  #token: Uint8Array | undefined;
  #counts = { items: 0n, bytes: 0n, itemsRemoved: 0n, storedBytes: 0n };

  constructor(options: BackupObject, known: KnownState) {
    this.#options = options;
    this.#known = known;
    this.#failed = new FailedItems(async (id) => this.#folders.get(id) ?? this.#known.folder(id));
  }

  async apply(change: SourceChange): Promise<void> {
    switch (change.type) {
      case 'mode':
        this.#mode = change.mode;
        return;
      case 'state':
        this.#token = change.syncState;
        return;
      case 'folder':
        return this.#putFolder(change.folder);
      case 'folder-removed':
        await (await this.#open()).removeFolder(change.folderId);
        return;
      case 'item':
        return this.#put(change);
      case 'item-moved':
        return this.#move(change.item);
      case 'item-removed':
        await (await this.#open()).removeItem(change.itemId);
        this.#counts.itemsRemoved += 1n;
        return;
      case 'item-failed':
        return this.#fail(change.item, change.error);
      default:
        assertNever(change);
    }
  }

  /** @param tokenIsFresh an empty delta may leave the stored token as it is */
  async end(tokenIsFresh: boolean): Promise<ObjectResult> {
    const { session, object, context } = this.#options;
    const identity = identityOf(object);
    if (this.#token === undefined) {
      throw new AppError(
        'E_OBJECT_INCOMPLETE',
        `the changes of ${object.id} ended without a state`,
      );
    }
    if (this.#writer === undefined && tokenIsFresh) {
      session.unchanged(object.id);
      return objectResult({ object: identity, mode: this.#mode, unchanged: true });
    }
    const unchanged = this.#writer === undefined && this.#mode === 'incremental';
    const syncState = encodeSyncState({ takenAtMs: context.clock.now(), token: this.#token });
    const counts = this.#countsAsStored();
    const writer = await this.#open();
    const { storedBytes } = await writer.finish({ syncState, mode: this.#mode, counts });
    this.#counts.storedBytes = BigInt(storedBytes);
    const end = { mode: this.#mode, counts: this.#counts, failed: this.#failed, unchanged };
    return objectResult({ object: identity, ...end });
  }

  async abandon(): Promise<void> {
    // What made it fail is what the caller is told.
    await this.#writer?.abandon().catch(() => undefined);
  }

  async #putFolder(folder: CatalogFolder): Promise<void> {
    const { folderId, name, parentId } = folder;
    this.#folders.set(folderId, { name, parentId });
    await (await this.#open()).putFolder(folder);
  }

  async #put({ item, content }: Extract<SourceChange, { type: 'item' }>): Promise<void> {
    const { signal, progress } = this.#options.context;
    const writer = await this.#open();
    const tracked = trackContent(content, signal);
    try {
      await writer.putItem(item, tracked.content);
    } catch (error) {
      signal.throwIfAborted();
      if (tracked.failure() === undefined) throw error;
      return this.#fail(item, tracked.failure());
    }
    this.#count(item);
    progress.add({ items: 1, bytes: item.size });
  }

  async #move(item: SourceItem): Promise<void> {
    const writer = await this.#open();
    try {
      await writer.moveItem(item);
    } catch (error) {
      // Its content was never stored: the next session reads it.
      if (!isAppError(error, 'E_ITEM_NOT_STORED')) throw error;
      return this.#fail(item, error);
    }
    this.#count(item);
    this.#options.context.progress.add({ items: 1 });
  }

  async #fail(item: SourceItem, error: unknown): Promise<void> {
    const { code, message } = toProblem(error);
    await (await this.#open()).failItem(item, { code, message });
    await this.#failed.add(item, error);
    this.#options.context.progress.add({ itemsFailed: 1 });
  }

  #count(item: SourceItem): void {
    this.#counts.items += 1n;
    this.#counts.bytes += BigInt(item.size);
  }

  #countsAsStored(): Record<string, number> {
    const { items, bytes, itemsRemoved } = this.#counts;
    return {
      items: Number(items),
      bytes: Number(bytes),
      itemsRemoved: Number(itemsRemoved),
      itemsFailed: this.#failed.count,
    };
  }

  /** Only an object with a change is opened for writing. */
  async #open(): Promise<ObjectWriter> {
    const { session, object } = this.#options;
    this.#writer ??= await session.object(identityOf(object));
    return this.#writer;
  }
}

/** Errors that end the session: whatever object they were met in. */
export function endsSession(error: unknown): boolean {
  return (
    isAppError(error, 'E_REPOSITORY_FENCED') ||
    isAppError(error, 'E_SESSION_SUPERSEDED') ||
    isAppError(error, 'E_ASSIGNMENT_LOST') ||
    isAppError(error, 'E_JOURNAL_FAILED')
  );
}
