import { cacheCalls } from '../../src/adapters/browse-cache/cache-calls.ts';
import { CacheDatabase } from '../../src/adapters/browse-cache/cache-database.ts';
import type { BrowseCache } from '../../src/ports/browse-cache.ts';

/** The real cache, in memory and on the calling thread. */
export function memoryBrowseCache(bytesMax = 64 * 1024 * 1024): BrowseCache {
  const database = new CacheDatabase({ path: ':memory:', bytesMax });
  const calls = cacheCalls(database);
  return {
    ready: async (options) => calls.ready(options),
    begin: async (state) => calls.begin(state),
    add: async (buildId, rows) => calls.add(buildId, rows),
    end: async (buildId) => calls.end(buildId),
    abandon: async (buildId) => calls.abandon(buildId),
    folder: async (query) => calls.folder(query),
    search: async (query) => calls.search(query),
    forget: async (repositoryId, objectIds) => calls.forget(repositoryId, objectIds),
    close: async () => database.close(),
  };
}
