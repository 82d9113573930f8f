import type { ObjectStorage } from '@firn/shared/rest/schemas/object-storage';
import type { RetentionResult } from '@firn/shared/rest/schemas/retention';
import type { Context } from '../context.ts';
import { followToEnd } from '../follow-session.ts';
import { describeSession } from '../output/session-text.ts';
import { exitCodeOf, idempotencyKey } from './work.ts';

/**
 * A dry run of retention: it lists what the repository has, and changes nothing.
 * @returns undefined: the session failed, which is told
 */
export async function foresee(
  context: Context,
  repository: string,
): Promise<RetentionResult | undefined> {
  const { client, terminal } = context;
  const session = await client.call('runRetention', {
    params: { repository },
    body: { dryRun: true },
    idempotencyKey: idempotencyKey(),
  });
  const ended = await followToEnd(context, session);
  if (ended.retention === undefined) terminal.result(ended, describeSession(ended));
  context.exitWith(exitCodeOf(ended));
  return ended.retention;
}

/** Where a repository lies. E_NOT_FOUND */
export async function storageOf({ client }: Context, repository: string): Promise<ObjectStorage> {
  const { objectStorageId } = await client.call('getRepository', { params: { repository } });
  return client.call('getObjectStorage', { params: { objectStorage: objectStorageId } });
}
