import type { AppContext } from '../context.ts';
import { found } from './found.ts';

/** Filters of a list, each by id or name. */
export interface ResourceFilter {
  readonly jobId?: string;
  readonly copyJobId?: string;
  readonly repositoryId?: string;
  readonly objectStorageId?: string;
  readonly organizationId?: string;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * The same with ids only. An id is taken as it is: the history of what was
 * deleted can still be listed by it. E_NOT_FOUND for a name that is not there.
 */
export async function resolveFilter(
  { database }: AppContext,
  filter: ResourceFilter,
): Promise<ResourceFilter> {
  const homes = [
    ['jobId', 'backup job', database.jobs],
    ['copyJobId', 'backup copy job', database.copyJobs],
    ['repositoryId', 'repository', database.repositories],
    ['objectStorageId', 'object storage', database.objectStorages],
    ['organizationId', 'organization', database.organizations],
  ] as const;
  const resolved: Partial<Record<keyof ResourceFilter, string>> = {};
  for (const [field, kind, records] of homes) {
    const key = filter[field];
    if (key === undefined) continue;
    resolved[field] = uuid.test(key) ? key : found(kind, key, await records.find(key)).id;
  }
  return resolved;
}
