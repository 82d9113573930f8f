import type { ViewRequest, ViewResponse } from '@firn/shared/gen/firn/link/v1/link';
import { type RepositoryRef, SecretBundle } from '@firn/shared/gen/firn/link/v1/work';
import type { World } from './a-world.ts';
import { openBoxes } from './fake-controller.ts';

/** What a view answers. */
export interface Page {
  readonly items: readonly Record<string, unknown>[];
  readonly total?: number;
  readonly nextCursor?: string;
}

export interface AskedPoint {
  readonly jobId?: string;
  readonly restorePointId: string;
  readonly retrievalId?: string;
}

/** Asks a world about restore points of a repository; of the job `job-1` unless told otherwise. */
export function viewsOf(world: World, repository: RepositoryRef) {
  return async (question: ViewResponse['question'], point: string | AskedPoint) => {
    const asked = typeof point === 'string' ? { restorePointId: point } : point;
    const bundle = { storages: [], repositories: [], organization: undefined, ...world.secrets };
    const secrets = openBoxes.seal('', SecretBundle.encode(bundle).finish());
    const place = { repository, secrets, jobId: 'job-1', retrievalId: '', ...asked };
    return world.ask({ requestId: 'request-1', ...place, question });
  };
}

export function pageOf({ answer }: ViewRequest): Page {
  if (answer?.$case !== 'page') throw new Error(`no page but ${JSON.stringify(answer)}`);
  return JSON.parse(new TextDecoder().decode(answer.value)) as Page;
}

export interface Search {
  readonly text?: string;
  readonly objectIds?: string[];
  readonly cursor?: string;
  readonly limit?: number;
}

export function aSearch({ text = '', objectIds = [], cursor = '', limit = 0 }: Search) {
  const place = { text, objectIds, cursor, limit, order: '', itemClass: '' };
  const none = { from: undefined, to: undefined, sizeMin: undefined, sizeMax: undefined };
  return { $case: 'searchItems' as const, value: { ...place, ...none, hasAttachment: undefined } };
}

/** The first page of an object's inbox. */
export function anItemsPage(objectId: string) {
  const value = { objectId, folderId: 'inbox', cursor: '', limit: 100, order: '' };
  return { $case: 'listItems' as const, value };
}

export function anObjectsPage() {
  return { $case: 'listObjects' as const, value: { cursor: '', limit: 0 } };
}
