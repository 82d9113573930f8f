import { AppError, isAppError } from '@firn/shared/errors/app-error';
import type { CatalogFolder, CatalogItem } from '@firn/shared/repository/catalog/row';
import type { KnownState, SourceChange } from '../../../../ports/source.ts';
import { isGone } from '../client/batch.ts';
import { recordOf } from '../client/json-value.ts';
import { type DeltaPage, decodeDeltaPage } from '../client/page.ts';
import { type DriveAccess, deltaPath, itemPath, units } from './drive-api.ts';
import { malware } from './drive-content.ts';
import {
  type DriveEntry,
  datesOf,
  decodeDriveEntry,
  type FileEntry,
  type FolderEntry,
  fileRow,
  folderRow,
  isSameDates,
} from './drive-item.ts';
import { DriveTree } from './drive-tree.ts';
import { FileQueue } from './file-queue.ts';
import { type DriveSyncState, encodeDriveState } from './sync-state.ts';

const resetsMax = 5;
/** OneDrive's own limit. [Microsoft: restrictions of OneDrive and SharePoint] */
const fileMaxBytes = 250 * 1024 ** 3;

export interface DriveSessionOptions {
  readonly access: DriveAccess;
  readonly state: DriveSyncState | undefined;
  readonly known: KnownState;
  readonly signal: AbortSignal;
}

/** One run over a drive: one round of its delta, then what is gone. */
export class DriveSession {
  readonly #options: DriveSessionOptions;
  readonly #tree = new DriveTree();
  readonly #queue: FileQueue;
  #resets = 0;
  readonly #newFolders = new Set<string>();
  #shortcuts = 0;

  constructor(options: DriveSessionOptions) {
    this.#options = options;
    this.#queue = new FileQueue(options.access, options.known.isKept, options.signal);
  }

  async *run(): AsyncGenerator<SourceChange> {
    const { access, state } = this.#options;
    const link = yield* this.#readRound(state?.link);
    yield* this.#retryFailed();
    yield* this.#queue.flush();
    yield* this.#applyRemovals();
    if (this.#shortcuts > 0) {
      access.onNote(`${this.#shortcuts} shortcuts to other drives hold no content of this one`);
    }
    yield { type: 'state', syncState: encodeDriveState({ driveId: access.driveId, link }) };
  }

  async *#readRound(link: string | undefined): AsyncGenerator<SourceChange, string> {
    const start = deltaPath(this.#options.access.driveId);
    let path = link ?? start;
    this.#tree.begin(link === undefined);
    for (;;) {
      const page = await this.#page(path, path !== start);
      if (page === 'reset') {
        path = start;
        yield { type: 'mode', mode: 'full', reason: 'the service forgot the sync state' };
        continue;
      }
      for (const entry of page.entries) yield* this.#take(decodeDriveEntry(entry));
      if (page.deltaLink !== undefined) return page.deltaLink;
      path = page.nextLink ?? path;
    }
  }

  /** The answer 410 also names a Location; it starts the same enumeration as no token does. */
  async #page(path: string, hasToken: boolean): Promise<DeltaPage | 'reset'> {
    const { client, lane } = this.#options.access;
    const { signal } = this.#options;
    const cost = hasToken ? units.deltaWithToken : units.list;
    try {
      const what = 'changes of the drive';
      const reply = await client.json({ method: 'GET', path, what, lane, units: cost, signal });
      return decodeDeltaPage(reply.body, 'the delta of the drive');
    } catch (error) {
      if (!isAppError(error, 'E_SOURCE_RESYNC') || this.#resets === resetsMax) throw error;
      this.#resets += 1;
      this.#tree.begin(true);
      return 'reset';
    }
  }

  async *#take(entry: DriveEntry): AsyncGenerator<SourceChange> {
    if (entry.kind === 'deleted') this.#tree.delete(entry.itemId);
    else if (entry.kind === 'folder') yield* this.#takeFolder(entry);
    else if (entry.kind === 'file') yield* this.#takeFile(entry);
    else this.#shortcuts += 1;
  }

  async *#takeFolder(entry: FolderEntry): AsyncGenerator<SourceChange> {
    const folder = folderRow(entry);
    if (!this.#tree.place(entry.itemId, stateOf(entry))) return;
    const stored = await this.#options.known.folder(entry.itemId);
    if (stored === undefined) this.#newFolders.add(folder.folderId);
    if (stored === undefined || !isSameFolder(folder, stored)) yield { type: 'folder', folder };
  }

  async *#takeFile(file: FileEntry): AsyncGenerator<SourceChange> {
    if (!this.#tree.place(file.itemId, stateOf(file))) return;
    const stored = await this.#options.known.item(file.itemId);
    if (stored !== undefined && hasSameContent(stored, file)) {
      if (!isSamePlace(stored, file)) yield { type: 'item-moved', item: fileRow(file) };
      return;
    }
    const refusal = refusalOf(file);
    if (refusal === undefined) yield* this.#queue.push(file);
    else yield { type: 'item-failed', item: fileRow(file), error: refusal };
  }

  /** Files that failed before, unless this round has named them. */
  async *#retryFailed(): AsyncGenerator<SourceChange> {
    for await (const itemId of this.#options.known.failedItems()) {
      if (this.#tree.hasMet(itemId)) continue;
      const entry = await this.#find(itemId);
      if (entry === undefined) this.#tree.delete(itemId);
      else yield* this.#take(entry);
    }
  }

  async #find(itemId: string): Promise<DriveEntry | undefined> {
    const { client, lane, driveId } = this.#options.access;
    const { signal } = this.#options;
    const what = 'ask for a failed file';
    const path = itemPath(driveId, itemId);
    try {
      const reply = await client.json({ method: 'GET', path, what, lane, signal });
      return decodeDriveEntry(recordOf(reply.body, 'a drive item'));
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  }

  /** Files first, then folders from below, so that no folder goes before what it holds. */
  async *#applyRemovals(): AsyncGenerator<SourceChange> {
    const parents = new Map<string, string | undefined>();
    for await (const { folderId, parentId } of this.#options.known.folders()) {
      parents.set(folderId, parentId);
    }
    const goneFolders = this.#tree.goneFolders(parents);
    yield* this.#removeFiles(goneFolders);
    for (const folderId of deepestFirst(goneFolders, parents)) {
      yield { type: 'folder-removed', folderId };
    }
    yield* this.#removeNew();
  }

  /** What this round has made known and then taken back. */
  async *#removeNew(): AsyncGenerator<SourceChange> {
    for (const id of this.#tree.named()) {
      if (this.#newFolders.has(id)) yield { type: 'folder-removed', folderId: id };
      else if (this.#tree.hasMet(id) && (await this.#isUnknown(id))) {
        yield { type: 'item-removed', itemId: id };
      }
    }
  }

  async #isUnknown(id: string): Promise<boolean> {
    const { known } = this.#options;
    return (await known.item(id)) === undefined && (await known.folder(id)) === undefined;
  }

  async *#removeFiles(goneFolders: ReadonlySet<string>): AsyncGenerator<SourceChange> {
    const { known } = this.#options;
    if (this.#tree.isFull || goneFolders.size > 0) {
      for await (const { itemId, folderId } of known.items()) {
        if (this.#tree.isGone(itemId, folderId, goneFolders))
          yield { type: 'item-removed', itemId };
      }
      return;
    }
    for (const itemId of this.#tree.named()) {
      if ((await known.item(itemId)) !== undefined) yield { type: 'item-removed', itemId };
    }
  }
}

function stateOf(entry: FileEntry | FolderEntry): string {
  const { createdDateTime, lastModifiedDateTime } = entry.fileSystemInfo;
  const content = entry.kind === 'file' ? `${entry.changeKey}\n${entry.isMalware}` : entry.type;
  const place = [entry.parentId, entry.name, createdDateTime, lastModifiedDateTime];
  return [content, ...place].join('\n');
}

function hasSameContent(stored: CatalogItem, file: FileEntry): boolean {
  return stored.failed === undefined && stored.changeKey === file.changeKey;
}

function isSamePlace(stored: CatalogItem, file: FileEntry): boolean {
  return (
    stored.name === file.name &&
    stored.folderId === (file.parentId ?? '') &&
    isSameDates(datesOf(stored.properties), file.fileSystemInfo)
  );
}

function isSameFolder(folder: CatalogFolder, stored: CatalogFolder): boolean {
  return (
    stored.name === folder.name &&
    stored.parentId === folder.parentId &&
    stored.type === folder.type &&
    isSameDates(datesOf(stored.properties), datesOf(folder.properties))
  );
}

function refusalOf(file: FileEntry): AppError | undefined {
  if (file.isMalware) return malware();
  if (file.size <= fileMaxBytes) return undefined;
  const message = `the file has ${file.size} bytes, more than ${fileMaxBytes}`;
  return new AppError('E_SOURCE_ITEM_TOO_LARGE', message);
}

function deepestFirst(
  folders: ReadonlySet<string>,
  parents: ReadonlyMap<string, string | undefined>,
): string[] {
  const depthOf = (id: string): number => {
    let depth = 0;
    let at = parents.get(id);
    while (at !== undefined && depth < parents.size) {
      depth += 1;
      at = parents.get(at);
    }
    return depth;
  };
  const depths = new Map([...folders].map((id) => [id, depthOf(id)]));
  return [...folders].sort((a, b) => (depths.get(b) ?? 0) - (depths.get(a) ?? 0));
}
