import type { Charge } from '../../domain/drive/resource-meter.ts';
import { GraphError } from '../core/graph-error.ts';
import type { DriveContext } from './drive-context.ts';

/** Costs of [Microsoft: SharePoint throttling]. */
export const UNITS = { single: 1, deltaWithToken: 1, download: 1, list: 2, write: 2 } as const;

/**
 * Charges an application. Throws 429 when the quota is used up, otherwise returns the headers for
 * the answer: RateLimit headers from 80 % of the minute's quota on.
 */
export function chargeUnits(
  context: DriveContext,
  appId: string,
  units: number,
): Readonly<Record<string, string>> {
  const charge = context.meter.charge(appId, units, context.clock.nowMs());
  const headers = charge.warned ? rateLimitHeaders(charge) : {};
  if (!charge.refused) return headers;
  throw new GraphError({
    status: 429,
    code: 'activityLimitReached',
    message: 'The request has been throttled.',
    headers: { ...headers, 'retry-after': String(charge.resetSeconds) },
    inner: { code: 'throttledRequest' },
  });
}

function rateLimitHeaders(charge: Charge): Readonly<Record<string, string>> {
  return {
    'ratelimit-limit': String(charge.limit),
    'ratelimit-remaining': String(charge.remaining),
    'ratelimit-reset': String(charge.resetSeconds),
  };
}
