import { isAppError } from '../errors/app-error.ts';
import { type RetryPolicy, type RetryPorts, retry } from '../time/retry.ts';

export interface SettledPut {
  /** The put-if-absent; MUST send the same bytes each time. */
  readonly put: () => Promise<void>;
  /** Whether what lies there now is what put sends. */
  readonly isOurs: () => Promise<boolean>;
  readonly policy: RetryPolicy;
  readonly ports: RetryPorts;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Repeats a put-if-absent until its outcome is known. One that meets a blob after
 * an unclear reply may have met itself: what lies there tells. Fails with
 * E_BLOB_EXISTS when it is another's, and with the last error when the tries are
 * used up.
 */
export async function putUntilSettled(options: SettledPut): Promise<void> {
  const { put, isOurs, policy, ports, signal } = options;
  let wasUnclear = false;
  const attempt = async () => {
    try {
      await put();
    } catch (error) {
      if (wasUnclear && isAppError(error, 'E_BLOB_EXISTS') && (await isOurs())) return;
      if (isAppError(error, 'E_STORAGE_UNCLEAR')) wasUnclear = true;
      throw error;
    }
  };
  await retry(attempt, { policy, ports, signal, isRetryable: isPassing });
}

/** The storage may answer the next time. */
export function isPassing(error: unknown): boolean {
  return isAppError(error, 'E_STORAGE_UNAVAILABLE') || isAppError(error, 'E_STORAGE_UNCLEAR');
}
