import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@firn/shared/errors/app-error';
import type { CatalogItem } from '@firn/shared/repository/catalog/row';
import type { OnLostRows } from '@firn/shared/repository/object/object-state';
import type {
  ObjectReader,
  PointReader,
  ReadItem,
} from '@firn/shared/repository/point/point-reader';
import { FolderTree, folderNotFound } from './folder-tree.ts';
import { fileName, kindOf, writeItemFile } from './item-file.ts';
import { tellingLostParts } from './lost-parts.ts';
import { problemText } from './problem-text.ts';
import { RescueJournal } from './rescue-journal.ts';
import { safeName, shortHash, withSuffix } from './safe-name.ts';

export interface RestoreToFiles {
  readonly point: PointReader;
  readonly target: string;
  /** Undefined: all. */
  readonly objectIds: ReadonlySet<string> | undefined;
  readonly folder: string | undefined;
  readonly itemIds: ReadonlySet<string> | undefined;
  readonly signal: AbortSignal;
  readonly onProblem: (message: string) => void;
}

export interface RestoredCounts {
  objects: number;
  /** Of this run. */
  items: number;
  bytes: number;
  /** Were there from an earlier run. */
  kept: number;
  /** Could not be read, or not be written. */
  failed: number;
  /** Files that were read back and are what was written. */
  verified: number;
  /** Files that are not, or are gone. */
  mismatched: number;
}

/**
 * Writes the chosen items of a point as files, and reads them back in the end.
 * Run again with the same target it goes on where it was interrupted.
 * E_OBJECT_NOT_IN_POINT, E_FOLDER_NOT_FOUND
 */
export async function restoreToFiles(options: RestoreToFiles): Promise<RestoredCounts> {
  const counts = {
    ...{ objects: 0, items: 0, bytes: 0, kept: 0, failed: 0, verified: 0, mismatched: 0 },
  };
  const { point, folder, itemIds = new Set() } = options;
  const chosen = options.objectIds ?? new Set(point.objectIds);
  for (const objectId of chosen) point.stateOf(objectId);
  const found = { folder: false, itemIds: new Set<string>() };
  for (const objectId of chosen) await restoreObject(objectId, options, { counts, found });
  for (const itemId of itemIds) {
    if (found.itemIds.has(itemId)) continue;
    counts.failed += 1;
    options.onProblem(`item ${itemId}: no chosen object shows it`);
  }
  if (folder !== undefined && !found.folder && counts.failed === 0) throw folderNotFound(folder);
  return counts;
}

interface Progress {
  readonly counts: RestoredCounts;
  /** What of the choice is there. */
  readonly found: { folder: boolean; readonly itemIds: Set<string> };
}

async function restoreObject(objectId: string, options: RestoreToFiles, progress: Progress) {
  const { counts } = progress;
  try {
    await new ObjectRestore(options, progress).run(objectId);
    counts.objects += 1;
  } catch (error) {
    if (!concernsThisAlone(error)) throw error;
    counts.failed += 1;
    options.onProblem(`object ${objectId}: ${problemText(error)}`);
  }
}

/** Everything else would meet the next object or item too. */
function concernsThisAlone(error: unknown): error is AppError {
  if (!(error instanceof AppError) || error.retry === 'later') return false;
  return error.code !== 'E_RESCUE_TARGET_UNUSABLE';
}

class ObjectRestore {
  readonly #options: RestoreToFiles;
  readonly #counts: RestoredCounts;
  readonly #found: Progress['found'];

  constructor(options: RestoreToFiles, { counts, found }: Progress) {
    this.#options = options;
    this.#counts = counts;
    this.#found = found;
  }

  async run(objectId: string): Promise<void> {
    const { point, target } = this.#options;
    const reader = await point.object(objectId, this.#onLostRows(objectId));
    const journal = await RescueJournal.open(target, point.pointId, objectId);
    try {
      await this.#restore(reader, journal);
      await this.#verify(journal);
    } finally {
      journal.close();
    }
  }

  async #restore(reader: ObjectReader, journal: RescueJournal): Promise<void> {
    const { folder, itemIds, signal } = this.#options;
    const tree = await FolderTree.read(reader.folders());
    const folderIds = folder === undefined ? undefined : tree.below(folder);
    if (folderIds !== undefined && folderIds.size > 0) this.#found.folder = true;
    const isWanted = (item: CatalogItem) => this.#isMissing(item, journal);
    const top = topFolder(reader);
    const filter = { folderIds, itemIds, isWanted };
    for await (const read of reader.readInPackOrder(filter, { isLent: true })) {
      signal.throwIfAborted();
      await this.#item(read, join(top, tree.safePath(read.item.folderId)), journal);
    }
  }

  #onLostRows(objectId: string): OnLostRows {
    return tellingLostParts(objectId, (message) => {
      this.#counts.failed += 1;
      this.#options.onProblem(message);
    });
  }

  /** Has no file yet; counts what has. */
  async #isMissing({ itemId }: CatalogItem, journal: RescueJournal): Promise<boolean> {
    if (this.#options.itemIds !== undefined) this.#found.itemIds.add(itemId);
    const { path, size } = journal.of(itemId) ?? {};
    if (path === undefined) return true;
    const info = await stat(join(this.#options.target, path)).catch(() => undefined);
    if (info?.size !== size) return true;
    this.#counts.kept += 1;
    return false;
  }

  async #item({ item, failure, content }: ReadItem, folder: string, journal: RescueJournal) {
    try {
      if (failure !== undefined) throw failure;
      await this.#write(item, content(), { folder, journal });
      this.#counts.items += 1;
    } catch (error) {
      this.#options.signal.throwIfAborted();
      if (!concernsThisAlone(error)) throw error;
      this.#counts.failed += 1;
      this.#options.onProblem(`${folder}/${item.name}: ${problemText(error)}`);
    }
  }

  async #write(
    item: CatalogItem,
    content: AsyncIterable<Uint8Array>,
    { folder, journal }: { readonly folder: string; readonly journal: RescueJournal },
  ): Promise<void> {
    const chunks = content[Symbol.asyncIterator]();
    const first = await chunks.next();
    const head = first.done ? new Uint8Array() : first.value;
    const kind = kindOf(item, head);
    const path = pathOf(item, join(folder, fileName(item, kind)), journal);
    const file = { item, kind, content: again(head, chunks) };
    const written = await writeItemFile(join(this.#options.target, path), file);
    journal.note({ itemId: item.itemId, path, ...written });
    this.#counts.bytes += written.size;
  }

  async #verify(journal: RescueJournal): Promise<void> {
    for (const { itemId, path, digest } of journal.files()) {
      this.#options.signal.throwIfAborted();
      const found = await digestOf(join(this.#options.target, path)).catch(() => undefined);
      if (found === digest) {
        this.#counts.verified += 1;
      } else {
        this.#counts.mismatched += 1;
        journal.forget(itemId);
        this.#options.onProblem(
          `${path}: the file is not what was written; the next run writes it again`,
        );
      }
    }
  }
}

/** The path that an earlier run gave the item, else one that no other item has. */
function pathOf({ itemId }: CatalogItem, path: string, journal: RescueJournal): string {
  const known = journal.of(itemId);
  if (known !== undefined) return known.path;
  return journal.isTaken(path) ? withSuffix(path, shortHash(itemId)) : path;
}

function topFolder({ object }: ObjectReader): string {
  const { displayName, userPrincipalName, kind, objectId } = object;
  const name = displayName === '' ? userPrincipalName : displayName;
  return safeName(`${name} (${kind}) [${shortHash(objectId)}]`);
}

async function* again(
  first: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield first;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}
