import type { Counts, ObjectSelection, RestoreWork } from '@firn/shared/gen/firn/link/v1/work';
import type { PointReader } from '@firn/shared/repository/point/point-reader';
import type { Repository } from '@firn/shared/repository/repository';
import type { Source } from '../../ports/source.ts';
import { endsSession } from '../backup/backup-object.ts';
import { objectResult } from '../end-of-object.ts';
import { forEachConcurrent } from '../for-each-concurrent.ts';
import { required } from '../repositories.ts';
import { retrievalPin } from '../retrieval/open-retrieval.ts';
import { selectionsOf } from '../selections.ts';
import type { SessionContext } from '../session-context.ts';
import { withPinned } from '../with-pinned.ts';
import { restoreObject } from './restore-object.ts';

/**
 * Restores chosen objects of a point to where they were, from warm copies when
 * a retrieval is named. Safe to repeat: what is there already stays as it is.
 */
export async function runRestore(
  context: SessionContext,
  work: RestoreWork,
): Promise<Partial<Counts>> {
  const { repositories, secrets, signal, clock } = context;
  const repository = await repositories.owned(work.repository, secrets, signal);
  const { jobId, restorePointId: pointId, retrievalId } = work;
  // What a retrieval brought back can be restored for as long as it is there.
  const through = retrievalId === '' ? undefined : retrievalPin(retrievalId);
  const point = { jobId, pointId, through };
  const pinned = { repository, pinId: pinOf(context), point, clock, signal };
  return withPinned(pinned, () => restorePoint(context, work, repository));
}

function pinOf({ key }: SessionContext): string {
  return `restore-${key.sessionId}`;
}

async function restorePoint(
  context: SessionContext,
  work: RestoreWork,
  repository: Repository,
): Promise<Partial<Counts>> {
  const { secrets, sources, events } = context;
  const { jobId, restorePointId: pointId } = work;
  const notes: string[] = [];
  const source = await sources.open({
    organization: required(work.organization, 'organization'),
    credential: required(secrets.organization, 'credential of the organization'),
    onNote: (note) => notes.push(note),
  });
  try {
    const warm = work.retrievalId === '' ? undefined : work.retrievalId;
    const point = await repository.openPoint({ jobId, pointId, warm, pinId: pinOf(context) });
    await restoreAll({ context, work, source, point });
    for (const note of notes) await events.log('warning', note);
  } finally {
    await source.close();
  }
  const { http, batched } = source.requests();
  return { requests: BigInt(http), batchedRequests: BigInt(batched) };
}

interface RestoreAll {
  readonly context: SessionContext;
  readonly work: RestoreWork;
  readonly source: Source;
  readonly point: PointReader;
}

async function restoreAll(all: RestoreAll): Promise<void> {
  const { context, work, point } = all;
  const { progress, settings } = context;
  progress.set({ phase: 'restoring', objectsTotal: work.objects.length });
  const selections = selectionsOf(point, work.objects);
  await forEachConcurrent(selections, settings.objectConcurrency, (each) => restoreOne(all, each));
}

/** An object whose result an earlier process told is over. */
async function restoreOne(all: RestoreAll, selection: ObjectSelection): Promise<void> {
  const { context, source } = all;
  const { signal, events, progress } = context;
  signal.throwIfAborted();
  if (!(await events.isTold(selection.objectId))) await restoreAndTell(all, selection);
  const { http, batched } = source.requests();
  progress.set({ requests: http, batchedRequests: batched });
  progress.add({ objectsDone: 1 });
}

async function restoreAndTell(all: RestoreAll, selection: ObjectSelection): Promise<void> {
  const { context, source, point } = all;
  const { signal, events, progress } = context;
  try {
    const reader = await point.object(selection.objectId);
    progress.set({ current: reader.object.displayName });
    await events.result(await restoreObject({ context, source, reader, selection }));
  } catch (error) {
    signal.throwIfAborted();
    if (endsSession(error)) throw error;
    const unknown = { kind: '', displayName: selection.objectId, userPrincipalName: '' };
    const object = { objectId: selection.objectId, ...unknown };
    await events.result(objectResult({ object, error }));
  }
}
