import { AppError } from '@firn/shared/errors/app-error';
import type { SearchItems } from '@firn/shared/gen/firn/link/v1/link';
import {
  ExploreFolderPage,
  ExploreItemPage,
  ExploreObjectPage,
  FoundItemPage,
  type SearchQuery,
} from '@firn/shared/rest/schemas/explore';
import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { createRestore } from '../../../app/recovery/create-restore.ts';
import { findRestorePoint, retrievedObjects } from '../../../app/recovery/create-retrieval.ts';
import { explore } from '../../../app/recovery/explore.ts';
import { type AskedPoint, assertVisible } from '../../../app/recovery/visible-point.ts';
import { resolveFilter } from '../../../app/resources/filter.ts';
import { encodeRestorePoint, encodeSession } from '../encode.ts';
import { encodePage, type Handlers, pageRequest } from '../handler.ts';

type Points = 'listRestorePoints' | 'getRestorePoint';

export const restorePointHandlers: Handlers<Points> = {
  listRestorePoints: async ({ context, query, isPortal }) => {
    const filter = {
      ...(await resolveFilter(context, query)),
      isRetrieved: isPortal ? false : query.isRetrieved,
    };
    const page = await context.database.restorePoints.list(filter, pageRequest(query));
    return encodePage(page, encodeRestorePoint);
  },
  getRestorePoint: async ({ context, params, isPortal }) => {
    const { restorePoint: restorePointId } = params;
    await assertVisible(context, { restorePointId, isPortal });
    return encodeRestorePoint(await findRestorePoint(context, restorePointId));
  },
};

type Explore = 'exploreObjects' | 'exploreFolders' | 'exploreItems' | 'searchItems';

const limitDefault = 100;

export const exploreHandlers: Handlers<Explore> = {
  exploreObjects: async ({ context, params, query, isPortal, signal }) => {
    await assertVisible(context, visibleTo(isPortal, params, query));
    const { cursor = '', limit = limitDefault } = query;
    const answer = await explore(context, {
      restorePointId: params.restorePoint,
      retrievalId: query.retrievalId,
      question: { $case: 'listObjects', value: { cursor, limit } },
      signal,
    });
    const page = checked(ExploreObjectPage, answer);
    const retrieved = await retrievedObjects(context, params.restorePoint);
    if (retrieved === undefined) return page;
    return { ...page, items: page.items.filter(({ objectId }) => retrieved.has(objectId)) };
  },
  exploreFolders: async ({ context, params, query, isPortal, signal }) => {
    await assertVisible(context, visibleTo(isPortal, params, query));
    const { objectId } = params;
    const { cursor = '', limit = limitDefault } = query;
    const answer = await explore(context, {
      restorePointId: params.restorePoint,
      retrievalId: query.retrievalId,
      question: { $case: 'listFolders', value: { objectId, cursor, limit } },
      signal,
    });
    return checked(ExploreFolderPage, answer);
  },
  exploreItems: async ({ context, params, query, isPortal, signal }) => {
    await assertVisible(context, visibleTo(isPortal, params, query));
    const { objectId, folderId } = params;
    const { cursor = '', limit = limitDefault, order = '' } = query;
    const answer = await explore(context, {
      restorePointId: params.restorePoint,
      retrievalId: query.retrievalId,
      question: { $case: 'listItems', value: { objectId, folderId, cursor, limit, order } },
      signal,
    });
    return checked(ExploreItemPage, answer);
  },
  searchItems: async ({ context, params, query, isPortal, signal }) => {
    await assertVisible(context, visibleTo(isPortal, params, query));
    const answer = await explore(context, {
      restorePointId: params.restorePoint,
      retrievalId: query.retrievalId,
      question: { $case: 'searchItems', value: searchQuestion(query) },
      signal,
    });
    return checked(FoundItemPage, answer);
  },
};

function visibleTo(
  isPortal: boolean,
  { restorePoint: restorePointId }: { readonly restorePoint: string },
  { retrievalId }: { readonly retrievalId?: string },
): AskedPoint {
  return { restorePointId, retrievalId, isPortal };
}

function searchQuestion(query: SearchQuery): SearchItems {
  const { from, to, minSize, maxSize } = query;
  return {
    objectIds: query.objectId ?? [],
    text: query.query ?? '',
    from: from === undefined ? undefined : new Date(from),
    to: to === undefined ? undefined : new Date(to),
    sizeMin: minSize === undefined ? undefined : BigInt(minSize),
    sizeMax: maxSize === undefined ? undefined : BigInt(maxSize),
    hasAttachment: query.hasAttachment,
    itemClass: query.itemClass ?? '',
    order: query.order ?? '',
    cursor: query.cursor ?? '',
    limit: query.limit ?? limitDefault,
  };
}

/** What a proxy agent answers is checked like what a client sends. */
function checked<S extends TSchema>(schema: S, answer: unknown): Static<S> {
  const validator = Compile(schema);
  if (validator.Check(answer)) return answer as Static<S>;
  const [error] = validator.Errors(answer);
  const where = error === undefined ? '' : `: ${error.instancePath} ${error.message}`;
  throw new AppError(
    'E_PROXY_ANSWER_INVALID',
    `the proxy agent answered with a page of another shape${where}`,
  );
}

type Restores = 'createRestore';

export const restoreHandlers: Handlers<Restores> = {
  createRestore: async ({ context, body, isPortal }) => {
    await assertVisible(context, { ...body, isPortal });
    return encodeSession(await createRestore(context, body));
  },
};
