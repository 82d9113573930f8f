import { AppError, isAppError } from '@firn/shared/errors/app-error';
import type { CatalogFolder, CatalogItem } from '@firn/shared/repository/catalog/row';
import type {
  RestoreItem,
  RestoreJournal,
  RestoreOutcome,
  RestoreTarget,
} from '../../../../ports/source.ts';
import { concurrently } from '../round/concurrently.ts';
import type { DriveAccess } from './drive-api.ts';
import { type DriveEntry, datesOf, isRewritten, isSameDates } from './drive-item.ts';
import { ensureFolders, findNamed } from './target-folders.ts';
import { type Uploaded, uploadFile } from './upload.ts';

const uploadsAtOnce = 4;

interface Result {
  readonly itemId: string;
  readonly outcome: RestoreOutcome;
}

interface Place {
  readonly parentId: string;
  readonly name: string;
}

/** A OneDrive as the target of a restore. */
export class DriveTarget implements RestoreTarget {
  readonly #access: DriveAccess;
  #created: ReadonlySet<string> = new Set();

  constructor(access: DriveAccess) {
    this.#access = access;
  }

  async folders(
    rows: AsyncIterable<CatalogFolder>,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, string>> {
    const all: CatalogFolder[] = [];
    for await (const row of rows) all.push(row);
    const { ids, created } = await ensureFolders(this.#access, all, signal);
    this.#created = created;
    return ids;
  }

  restore(
    items: AsyncIterable<RestoreItem>,
    folders: ReadonlyMap<string, string>,
    journal: RestoreJournal,
    signal: AbortSignal,
  ): AsyncGenerator<Result> {
    return concurrently(items, uploadsAtOnce, async (restore) => {
      const { itemId, folderId, name } = restore.item;
      try {
        const parentId = folders.get(folderId);
        if (parentId === undefined) {
          throw new AppError('E_SOURCE_NOT_FOUND', 'the folder of the file was not restored');
        }
        const status = await this.#restoreOnce(restore, { parentId, name }, { journal, signal });
        return { itemId, outcome: { status } };
      } catch (error) {
        signal.throwIfAborted();
        return { itemId, outcome: { status: 'failed', error } };
      }
    });
  }

  async #restoreOnce(
    restore: RestoreItem,
    place: Place,
    run: { readonly journal: RestoreJournal; readonly signal: AbortSignal },
  ): Promise<'created' | 'present'> {
    const { itemId } = restore.item;
    const before = await run.journal.state(itemId);
    if (before.state === 'done') return 'created';
    if (before.state === 'none') await run.journal.begin(itemId, '');
    const status = await this.#restoreFile(restore, place, run.signal);
    await run.journal.done(itemId);
    return status;
  }

  /** A folder that this restore has made holds nothing of that name. */
  async #restoreFile(
    restore: RestoreItem,
    place: Place,
    signal: AbortSignal,
  ): Promise<'created' | 'present'> {
    if (!this.#created.has(place.parentId)) {
      const there = await findNamed(this.#access, place, signal);
      if (isSameFile(there, restore.item)) return 'present';
      const conflict = there === undefined ? 'fail' : 'replace';
      return this.#upload(restore, { ...place, conflict }, signal);
    }
    return this.#upload(restore, { ...place, conflict: 'fail' }, signal);
  }

  async #upload(
    restore: RestoreItem,
    place: Place & { readonly conflict: 'fail' | 'replace' },
    signal: AbortSignal,
  ): Promise<'created' | 'present'> {
    const { item } = restore;
    const sizeBytes = await lengthOf(restore);
    const content = () => restore.content();
    const upload = { ...place, sizeBytes, dates: datesOf(item.properties), content };
    try {
      verify(await uploadFile(this.#access, upload, signal), sizeBytes);
      return 'created';
    } catch (error) {
      // The reply to a completed upload may have been lost.
      const isUnclear =
        isAppError(error, 'E_SOURCE_EXISTS') || isAppError(error, 'E_SOURCE_NOT_FOUND');
      if (!isUnclear) throw error;
      if (isSameFile(await findNamed(this.#access, place, signal), item)) return 'created';
      throw error;
    }
  }
}

/** What the service had rewritten is not as long as it had stated. */
async function lengthOf({ item, content }: RestoreItem): Promise<number> {
  if (!isRewritten(item.name)) return item.size;
  let length = 0;
  for await (const piece of content()) length += piece.length;
  return length;
}

function verify({ file, quickXorHash }: Uploaded, sizeBytes: number): void {
  if (isRewritten(file.name)) return;
  const isSame = file.size === sizeBytes && (file.quickXorHash ?? quickXorHash) === quickXorHash;
  if (isSame) return;
  const message = `${file.name} has ${file.size} bytes after ${sizeBytes} were sent, or another hash`;
  throw new AppError('E_SOURCE_CONTENT_MISMATCH', message);
}

/** Same size, hash and dates: nothing to restore. */
function isSameFile(there: DriveEntry | undefined, item: CatalogItem): boolean {
  if (there?.kind !== 'file') return false;
  const isSameHash = there.quickXorHash === item.properties['quickXorHash'];
  const isSameContent = there.size === item.size && (item.size === 0 || isSameHash);
  return isSameContent && isSameDates(there.fileSystemInfo, datesOf(item.properties));
}
