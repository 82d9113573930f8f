/** Looks up a header by its lower-case name. */
export type Headers = (name: string) => string | undefined;

/**
 * How long the service asks to wait, in ms: Retry-After as seconds, as a
 * fraction of seconds ("2.128") or as an HTTP date, and RateLimit-Reset in
 * seconds once nothing remains; the larger of both counts. undefined: not said.
 * [Microsoft: throttling; SharePoint: how-to-avoid-getting-throttled; RFC 9110 10.2.3]
 */
export function retryAfterMs(headers: Headers, nowMs: number): number | undefined {
  const asked = [parseRetryAfter(headers('retry-after'), nowMs), exhaustedForMs(headers)];
  const known = asked.filter((ms) => ms !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  const text = value?.trim();
  if (text === undefined || text === '') return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000);
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

/** A share of the quota below which calls wait for its reset. */
const reservedShare = 0.02;

/** RateLimit-* appear from 80 % of the quota on: wait only when it is all but gone. */
export function exhaustedForMs(headers: Headers): number | undefined {
  const limit = Number(headers('ratelimit-limit'));
  const remaining = Number(headers('ratelimit-remaining') ?? Number.NaN);
  const reset = parseRetryAfter(headers('ratelimit-reset'), 0);
  if (Number.isNaN(remaining) || reset === undefined) return undefined;
  const reserve = Number.isNaN(limit) ? 0 : limit * reservedShare;
  return remaining <= reserve ? reset : undefined;
}
