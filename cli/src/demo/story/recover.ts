import { AppError } from '@firn/shared/errors/app-error';
import type { RestorePoint } from '@firn/shared/rest/schemas/restore-point';
import type { Retrieval } from '@firn/shared/rest/schemas/retrieval';
import type { Session, SessionObject } from '@firn/shared/rest/schemas/session';
import { readPages } from '../../commands/pages.ts';
import { idempotencyKey } from '../../commands/work.ts';
import { type Story, succeed } from './story.ts';

/** The newest restore point of a copy job. */
export async function newestCopy(story: Story, copyJob: string): Promise<RestorePoint> {
  const { id } = await story.client.call('getCopyJob', { params: { copyJob } });
  const { items } = await story.client.call('listRestorePoints', {
    query: { copyJobId: id, isRetrieved: false },
  });
  const [newest] = items;
  if (newest === undefined) {
    throw new AppError('E_SESSION_FAILED', `the copy job ${copyJob} has no restore point`);
  }
  return newest;
}

export async function retrieve(story: Story, restorePointId: string) {
  const started = await story.client.call('createRetrieval', {
    body: { restorePointId, availabilitySeconds: 24 * 3_600, speed: 'expedited' },
    idempotencyKey: idempotencyKey(),
  });
  const session = await succeed(story, started.session);
  const retrieval: Retrieval = await story.client.call('getRetrieval', {
    params: { retrieval: started.retrieval.id },
  });
  return { retrieval, session };
}

export interface Explored {
  readonly objects: number;
  readonly folders: number;
  readonly items: number;
}

/** Lists every object, every folder, and every item of what was retrieved. */
export async function explore(story: Story, point: string, retrievalId: string): Promise<Explored> {
  const { client } = story;
  const totals = { objects: 0, folders: 0, items: 0 };
  const objects = await readPages(Number.MAX_SAFE_INTEGER, (page) =>
    client.call('exploreObjects', {
      params: { restorePoint: point },
      query: { ...page, retrievalId },
    }),
  );
  for (const { objectId } of objects) {
    const folders = await readPages(Number.MAX_SAFE_INTEGER, (page) =>
      client.call('exploreFolders', {
        params: { restorePoint: point, objectId },
        query: { ...page, retrievalId },
      }),
    );
    for (const { folderId } of folders) {
      const items = await readPages(Number.MAX_SAFE_INTEGER, (page) =>
        client.call('exploreItems', {
          params: { restorePoint: point, objectId, folderId },
          query: { ...page, retrievalId },
        }),
      );
      totals.items += items.length;
    }
    totals.folders += folders.length;
  }
  return { ...totals, objects: objects.length };
}

export async function restore(
  story: Story,
  restorePointId: string,
  retrievalId: string,
): Promise<Session> {
  const session = await story.client.call('createRestore', {
    body: { restorePointId, retrievalId },
    idempotencyKey: idempotencyKey(),
  });
  return succeed(story, session);
}

/** Each item that a session could not handle, with what its problem names. */
export async function failedItems(story: Story, sessionId: string): Promise<string[]> {
  const objects: SessionObject[] = await readPages(100_000, (query) =>
    story.client.call('listSessionObjects', { params: { session: sessionId }, query }),
  );
  return objects.flatMap((object) =>
    object.failedItems.map(
      ({ name, folder, problem }) =>
        `${object.name}: ${folder === '' ? '' : `${folder}/`}${name}: ${problem?.message ?? 'failed'}`,
    ),
  );
}
