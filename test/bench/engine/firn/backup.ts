import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { mapConcurrent } from '@firn/shared/lifecycle/concurrency';
import type { Repository } from '@firn/shared/repository/repository';
import type {
  ObjectWriter,
  PreviousState,
  RepositorySession,
} from '@firn/shared/repository/session/repository-session';
import { jobId, objectsAtOnce } from './engine.ts';
import { changeKeyOf, folderOf, itemOf } from './rows.ts';
import { entriesBelow, entryAt, FileReader, type SourceEntry } from './source-files.ts';

export interface Backup {
  readonly source: string;
  /** Undefined: every file is looked at. */
  readonly changed?: readonly string[] | undefined;
}

/** One session. Each folder of the source is an object; files beside them make one more. */
export async function backup(engine: Repository, { source, changed }: Backup): Promise<void> {
  await engine.takeOwnership(`incarnation-${Date.now()}`);
  const sessionId = `s${Date.now()}`;
  const session = await engine.beginSession({ jobId, sessionId, attempt: 1 });
  const objects = objectsOf(source);
  const run = (objectId: string) => backUpObject({ session, source, objectId, changed });
  for await (const _ of mapConcurrent(objects, objectsAtOnce, run));
  await session.commit({ done: true });
}

function objectsOf(source: string): readonly string[] {
  const entries = readdirSync(source, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return folders.length === entries.length ? folders : ['.', ...folders];
}

interface ObjectBackup {
  readonly session: RepositorySession;
  readonly source: string;
  readonly objectId: string;
  readonly changed: readonly string[] | undefined;
}

/** Idle ones: their memory is used again for the next object. */
const readers: FileReader[] = [];

async function backUpObject({ session, source, objectId, changed }: ObjectBackup): Promise<void> {
  const previous = await session.previous(objectId);
  const knowsChanges = previous !== undefined && changed !== undefined;
  const own = changed?.filter((path) => objectOf(path) === objectId) ?? [];
  if (knowsChanges && own.length === 0) return session.unchanged(objectId);
  const identity = { kind: 'onedrive', userId: objectId, userPrincipalName: objectId } as const;
  const writer = await session.object({ objectId, displayName: objectId, ...identity });
  const files = readers.pop() ?? new FileReader();
  const entries = knowsChanges
    ? own.map((path) => entryAt(source, path))
    : searched({ writer, previous, entries: entriesOf(source, objectId) });
  for await (const entry of entries) {
    // Read synchronously: on a memory file system that costs less than a promise.
    if (entry.stats.isDirectory()) await writer.putFolder(folderOf(entry));
    else await writer.putItem(itemOf(entry), files.content(join(source, entry.path), entry.stats));
  }
  readers.push(files);
  const mode = previous === undefined ? 'full' : 'incremental';
  await writer.finish({ syncState: new Uint8Array(1), mode, counts: {} });
}

function objectOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : '.';
}

function* entriesOf(source: string, objectId: string): Generator<SourceEntry> {
  if (objectId !== '.') return yield* entriesBelow(source, objectId);
  for (const entry of readdirSync(source, { withFileTypes: true })) {
    if (entry.isFile()) yield entryAt(source, entry.name);
  }
}

interface Search {
  readonly writer: ObjectWriter;
  readonly previous: PreviousState | undefined;
  readonly entries: Iterable<SourceEntry>;
}

/** Yields what is new or changed, and removes what is gone. */
async function* searched({ writer, previous, entries }: Search): AsyncGenerator<SourceEntry> {
  if (previous === undefined) return yield* entries;
  const stored = new Map<string, string>();
  for await (const { itemId, changeKey } of previous.items()) stored.set(itemId, changeKey);
  for (const entry of entries) {
    if (entry.stats.isDirectory()) {
      if ((await previous.folder(entry.path)) === undefined) yield entry;
      continue;
    }
    const known = stored.get(entry.path);
    stored.delete(entry.path);
    if (known !== changeKeyOf(entry)) yield entry;
  }
  for (const gone of stored.keys()) await writer.removeItem(gone);
}
