import { isAppError } from '../errors/app-error.ts';
import type { Clock } from './clock.ts';

export interface RetryPolicy {
  /** Tries in all, the first included; at least 1. */
  readonly triesMax: number;
  /** Longest wait before the second try; it doubles with every further try. */
  readonly delayMsFirst: number;
  readonly delayMsMax: number;
}

export interface RetryPorts {
  readonly clock: Clock;
  /** In [0, 1): spreads the retries of many callers. */
  readonly random: () => number;
}

export interface RetryOptions {
  readonly policy: RetryPolicy;
  readonly ports: RetryPorts;
  readonly signal?: AbortSignal | undefined;
  /** Default: an AppError whose code says `later`. */
  readonly isRetryable?: (error: unknown) => boolean;
  /** Told before each wait. */
  readonly onRetry?: ((error: unknown, attempt: number, delayMs: number) => void) | undefined;
}

/**
 * Runs work until it succeeds, fails with an error that is not worth another
 * try, or has used up its tries; then the last error is thrown. Waits between
 * half and all of the policy's delay, and never less than the other side asked
 * for (`retryAfterMs`). The work gets the number of its try, from 1.
 */
export async function retry<T>(
  work: (attempt: number) => Promise<T>,
  options: RetryOptions,
): Promise<T> {
  const { policy, ports } = options;
  const isRetryable = options.isRetryable ?? isWorthLater;
  for (let attempt = 1; ; attempt += 1) {
    options.signal?.throwIfAborted();
    try {
      return await work(attempt);
    } catch (error) {
      if (attempt >= policy.triesMax || !isRetryable(error)) throw error;
      const delayMs = delayMsAfter(error, ceilingMsOf(attempt, policy), ports.random());
      options.onRetry?.(error, attempt, delayMs);
      await ports.clock.sleep(delayMs, options.signal);
    }
  }
}

/** Whether the same call may succeed by itself. */
function isWorthLater(error: unknown): boolean {
  return isAppError(error) && error.code !== 'E_CANCELLED' && error.retry === 'later';
}

function ceilingMsOf(attempt: number, policy: RetryPolicy): number {
  return Math.min(policy.delayMsMax, policy.delayMsFirst * 2 ** (attempt - 1));
}

function delayMsAfter(error: unknown, ceilingMs: number, random: number): number {
  const jitteredMs = Math.round(ceilingMs * (0.5 + random / 2));
  const askedMs = isAppError(error) ? (error.retryAfterMs ?? 0) : 0;
  return Math.max(jitteredMs, askedMs);
}
