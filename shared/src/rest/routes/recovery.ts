import { Type } from 'typebox';
import type { Route } from '../route.ts';
import {
  ExploreFolderPage,
  ExploreItemPage,
  ExploreObjectPage,
  FoundItemPage,
  ItemOrder,
  SearchQuery,
} from '../schemas/explore.ts';
import { closed, Id, PageQuery } from '../schemas/fields.ts';
import {
  RestoreCreate,
  RestorePoint,
  RestorePointPage,
  RestorePointQuery,
} from '../schemas/restore-point.ts';
import {
  Retrieval,
  RetrievalCreate,
  RetrievalExtend,
  RetrievalPackPage,
  RetrievalPage,
  RetrievalPlanCreate,
  RetrievalQuery,
  RetrievalStart,
  RetrievalStarted,
} from '../schemas/retrieval.ts';
import { Session } from '../schemas/session.ts';

const ServiceId = Type.String({ minLength: 1, maxLength: 1_000 });
const pointParams = closed({ restorePoint: Id });
const retrievalParams = closed({ retrieval: Id });
const exploreQuery = closed({ ...PageQuery.properties, retrievalId: Type.Optional(Id) });

const restorePointRoutes = {
  listRestorePoints: {
    method: 'GET',
    path: '/restore-points',
    tag: 'Restore points',
    summary: 'List restore points, newest first',
    scope: 'read',
    portal: true,
    query: RestorePointQuery,
    success: { status: 200, body: RestorePointPage },
  },
  getRestorePoint: {
    method: 'GET',
    path: '/restore-points/{restorePoint}',
    tag: 'Restore points',
    summary: 'Show a restore point',
    scope: 'read',
    portal: true,
    params: pointParams,
    success: { status: 200, body: RestorePoint },
  },
} as const satisfies Record<string, Route>;

const exploreRoutes = {
  exploreObjects: {
    method: 'GET',
    path: '/restore-points/{restorePoint}/objects',
    tag: 'Explore',
    summary: 'The protected objects of a restore point',
    scope: 'read',
    portal: true,
    params: pointParams,
    query: exploreQuery,
    success: { status: 200, body: ExploreObjectPage },
  },
  exploreFolders: {
    method: 'GET',
    path: '/restore-points/{restorePoint}/objects/{objectId}/folders',
    tag: 'Explore',
    summary: 'All folders of an object, parents by parentId',
    scope: 'read',
    portal: true,
    params: closed({ restorePoint: Id, objectId: ServiceId }),
    query: exploreQuery,
    success: { status: 200, body: ExploreFolderPage },
  },
  exploreItems: {
    method: 'GET',
    path: '/restore-points/{restorePoint}/objects/{objectId}/folders/{folderId}/items',
    tag: 'Explore',
    summary: 'The items of a folder',
    scope: 'read',
    portal: true,
    params: closed({ restorePoint: Id, objectId: ServiceId, folderId: ServiceId }),
    query: closed({ ...exploreQuery.properties, order: Type.Optional(ItemOrder) }),
    success: { status: 200, body: ExploreItemPage },
  },
  searchItems: {
    method: 'GET',
    path: '/restore-points/{restorePoint}/items',
    tag: 'Explore',
    summary: 'Search the items of a restore point, in all its objects or in chosen ones',
    scope: 'read',
    portal: true,
    params: pointParams,
    query: SearchQuery,
    success: { status: 200, body: FoundItemPage },
  },
} as const satisfies Record<string, Route>;

const retrievalRoutes = {
  planRetrieval: {
    method: 'POST',
    path: '/retrieval-plans',
    tag: 'Retrievals',
    summary: 'Look up what a retrieval needs and costs, and thaw nothing; good for a day',
    scope: 'operate',
    body: RetrievalPlanCreate,
    success: { status: 202, body: RetrievalStarted },
    idempotent: true,
  },
  startRetrieval: {
    method: 'POST',
    path: '/retrievals/{retrieval}/start',
    tag: 'Retrievals',
    summary: 'Start what was planned, unless its price rose by more than 5 %',
    scope: 'operate',
    params: retrievalParams,
    body: RetrievalStart,
    success: { status: 202, body: RetrievalStarted },
    idempotent: true,
  },
  extendRetrieval: {
    method: 'POST',
    path: '/retrievals/{retrieval}/extend',
    tag: 'Retrievals',
    summary: 'Prolong the availability period, without a new thaw',
    scope: 'operate',
    params: retrievalParams,
    body: RetrievalExtend,
    success: { status: 202, body: Session },
    idempotent: true,
  },
  cancelRetrieval: {
    method: 'POST',
    path: '/retrievals/{retrieval}/cancel',
    tag: 'Retrievals',
    summary: 'End a retrieval that is planned or still retrieving',
    scope: 'operate',
    params: retrievalParams,
    success: { status: 200, body: Retrieval },
  },
  listRetrievalPacks: {
    method: 'GET',
    path: '/retrievals/{retrieval}/packs',
    tag: 'Retrievals',
    summary: 'The packs of a retrieval, with their states',
    scope: 'read',
    params: retrievalParams,
    query: PageQuery,
    success: { status: 200, body: RetrievalPackPage },
  },
  createRetrieval: {
    method: 'POST',
    path: '/retrievals',
    tag: 'Retrievals',
    summary: 'Bring objects of a copy out of the archive class',
    scope: 'operate',
    body: RetrievalCreate,
    success: { status: 202, body: RetrievalStarted },
    idempotent: true,
  },
  listRetrievals: {
    method: 'GET',
    path: '/retrievals',
    tag: 'Retrievals',
    summary: 'List retrievals, newest first',
    scope: 'read',
    query: RetrievalQuery,
    success: { status: 200, body: RetrievalPage },
  },
  getRetrieval: {
    method: 'GET',
    path: '/retrievals/{retrieval}',
    tag: 'Retrievals',
    summary: 'Show a retrieval',
    scope: 'read',
    params: retrievalParams,
    success: { status: 200, body: Retrieval },
  },
  removeRetrieval: {
    method: 'DELETE',
    path: '/retrievals/{retrieval}',
    tag: 'Retrievals',
    summary: 'Remove the retrieved copies before their time',
    scope: 'operate',
    params: retrievalParams,
    success: { status: 202, body: Session },
  },
  createRestore: {
    method: 'POST',
    path: '/restores',
    tag: 'Restores',
    summary: 'Restore objects of a restore point to their original place',
    scope: 'operate',
    portal: true,
    body: RestoreCreate,
    success: { status: 202, body: Session },
    idempotent: true,
  },
} as const satisfies Record<string, Route>;

export const recoveryRoutes = {
  ...restorePointRoutes,
  ...exploreRoutes,
  ...retrievalRoutes,
} as const;
