import type { BackupWork } from '@firn/shared/gen/firn/link/v1/work';
import type { ProtectedObject } from '../../domain/protected-object.ts';
import type { Source } from '../../ports/source.ts';
import { objectResult } from '../end-of-object.ts';
import { forEachConcurrent } from '../for-each-concurrent.ts';
import { required } from '../repositories.ts';
import { itemsSince } from '../retention-policy.ts';
import type { SessionContext } from '../session-context.ts';
import { type WritingSession, withWritingSession } from '../writing-session.ts';
import { backupObject, endsSession, identityOf } from './backup-object.ts';

/**
 * One session of a backup job. Objects that the session has committed already
 * are skipped; the others are read from their last sync state. A failing object
 * is told and left as it was; the others go on.
 */
export async function runBackup(context: SessionContext, work: BackupWork): Promise<void> {
  const { repositories, secrets, signal, sources, events } = context;
  const repository = await repositories.owned(work.repository, secrets, signal);
  const notes: string[] = [];
  const source = await sources.open({
    organization: required(work.organization, 'organization'),
    credential: required(secrets.organization, 'credential of the organization'),
    onNote: (note) => notes.push(note),
  });
  const tellNotes = async () => {
    for (const note of notes.splice(0)) await events.log('warning', note);
  };
  try {
    const requests = () => source.requests();
    const target = { repository, jobId: work.jobId, requests };
    await withWritingSession(context, target, async (writing) => {
      const run = new BackupRun({ context: writing.context, work, source, writing, tellNotes });
      await run.objects();
      await run.refused();
    });
  } finally {
    await source.close();
  }
}

interface BackupRunOptions {
  readonly context: SessionContext;
  readonly work: BackupWork;
  readonly source: Source;
  readonly writing: WritingSession;
  readonly tellNotes: () => Promise<void>;
}

class BackupRun {
  readonly #options: BackupRunOptions;
  /** Of objects that wait for their commit: one that is refused is read again. */
  readonly #waiting = new Map<string, ProtectedObject>();

  readonly itemsSinceMs: number | undefined;

  constructor(options: BackupRunOptions) {
    this.#options = options;
    const { work, context } = options;
    this.itemsSinceMs = itemsSince(work.retention, context.clock.now());
  }

  async objects(): Promise<void> {
    const { context, work, source, writing, tellNotes } = this.#options;
    const { progress, signal, settings } = context;
    progress.set({ phase: 'reading' });
    const objects = source.listObjects(required(work.scope, 'scope'), signal);
    await forEachConcurrent(this.#counted(objects), settings.objectConcurrency, async (object) => {
      await tellNotes();
      if (writing.session.committedObjects.has(object.id)) return this.#done(object);
      await this.#object(object, work.full);
    });
    await tellNotes();
  }

  /** Objects whose inherited data is condemned are read in full, until none is left. */
  async refused(): Promise<void> {
    this.#options.context.progress.set({ phase: 'committing', current: '' });
    const { committing } = this.#options.writing;
    for (;;) {
      await committing.commit(false);
      const again = committing
        .takeRefused()
        .map((id) => this.#waiting.get(id))
        .filter((object) => object !== undefined);
      if (again.length === 0) return;
      const { objectConcurrency } = this.#options.context.settings;
      await forEachConcurrent(again, objectConcurrency, (object) => this.#object(object, true));
    }
  }

  async #object(object: ProtectedObject, full: boolean): Promise<void> {
    const { context, source, writing } = this.#options;
    const { signal, events, progress } = context;
    signal.throwIfAborted();
    progress.set({ current: object.displayName });
    this.#waiting.set(object.id, object);
    try {
      const { session } = writing;
      const { itemsSinceMs } = this;
      const result = await backupObject({ context, session, source, object, full, itemsSinceMs });
      if (result.status === 'unchanged') await events.result(result);
      else await events.hold(result);
    } catch (error) {
      signal.throwIfAborted();
      if (endsSession(error)) throw error;
      await events.result(objectResult({ object: identityOf(object), error }));
    }
    this.#done(object);
  }

  #done(object: ProtectedObject): void {
    this.#refresh();
    this.#options.context.progress.add({ objectsDone: 1 });
    this.#options.context.progress.set({ current: object.displayName });
  }

  #refresh(): void {
    const { source, context, writing } = this.#options;
    const { http, batched } = source.requests();
    const { packs } = writing.session.totals();
    context.progress.set({ requests: http, batchedRequests: batched, packs });
  }

  async *#counted(objects: AsyncIterable<ProtectedObject>): AsyncGenerator<ProtectedObject> {
    const { progress } = this.#options.context;
    let total = 0;
    for await (const object of objects) {
      total += 1;
      progress.set({ objectsTotal: total });
      yield object;
    }
  }
}
