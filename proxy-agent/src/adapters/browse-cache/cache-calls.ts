import type { ErrorCode } from '@firn/shared/errors/codes';
import type { BrowseCache } from '../../ports/browse-cache.ts';
import type { CacheDatabase } from './cache-database.ts';
import { folderPage, searchItems } from './item-queries.ts';

type CacheMethod = Exclude<keyof BrowseCache, 'close'>;

/** The cache's methods as its thread runs them: one transaction each. */
export type CacheCalls = {
  readonly [Method in CacheMethod]: (
    ...args: Parameters<BrowseCache[Method]>
  ) => Awaited<ReturnType<BrowseCache[Method]>>;
};

export interface CacheCall {
  readonly id: number;
  readonly method: CacheMethod;
  readonly args: readonly unknown[];
}

export type CacheReply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly code: ErrorCode; readonly message: string };

export function cacheCalls(database: CacheDatabase): CacheCalls {
  return {
    ready: ({ repositoryId, states, nowMs }) =>
      database.run(({ held }) => held.ready(repositoryId, states, nowMs)),
    begin: (state) => database.run(({ held }) => held.begin(state)),
    add: (buildId, rows) => database.run(({ held }) => held.add(buildId, rows)),
    end: (buildId) => database.run(({ held }) => held.end(buildId)),
    abandon: (buildId) => database.run(({ held }) => held.abandon(buildId)),
    folder: (query) => database.run(({ sql }) => folderPage(sql, query)),
    search: (query) => database.run(({ sql }) => searchItems(sql, query)),
    forget: (repositoryId, objectIds) =>
      database.purge(({ held }) => held.forget(repositoryId, objectIds)),
  };
}
