import { AppError } from '@firn/shared/errors/app-error';
import type { AppContext } from '../../app/context.ts';

export interface IdempotentCall {
  readonly tokenId: string;
  readonly operation: string;
  readonly key: string | undefined;
  /** All that makes the request what it is. */
  readonly request: unknown;
}

/**
 * Runs work once per key: the same key with the same request gives the first
 * answer again. Requests are compared by a keyed hash, since they may hold a
 * password. A failure is not kept: the key may be tried again.
 */
export async function onceByKey(
  { database, vault }: AppContext,
  call: IdempotentCall,
  work: () => Promise<{ status: number; body: unknown }>,
): Promise<{ status: number; body: unknown }> {
  const { tokenId, operation, key } = call;
  if (key === undefined) return work();
  if (key.length === 0 || key.length > 200) {
    throw new AppError('E_REQUEST_INVALID', 'Idempotency-Key must have 1 to 200 characters');
  }
  const id = { tokenId, operation, key };
  const found = await database.idempotency.begin(
    id,
    vault.fingerprint(JSON.stringify(call.request)),
  );
  switch (found.state) {
    case 'answered':
      return { status: found.status, body: found.response };
    case 'other-request':
      throw new AppError(
        'E_IDEMPOTENCY_KEY_REUSED',
        'the Idempotency-Key was used before for another request',
      );
    case 'unfinished':
      throw new AppError('E_CONFLICT', 'the first request with this Idempotency-Key still runs');
    case 'new':
      break;
  }
  try {
    const answer = await work();
    await database.idempotency.finish(id, answer.status, answer.body);
    return answer;
  } catch (error) {
    await database.idempotency.forget(id);
    throw error;
  }
}
