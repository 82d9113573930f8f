/** Resource units that one application may use in a tenant [Microsoft: SharePoint throttling]. */
export type ResourceLimits = {
  readonly perMinute: number;
  readonly perDay: number;
};

const STEPS: readonly { licences: number; limits: ResourceLimits }[] = [
  { licences: 1_000, limits: { perMinute: 1_250, perDay: 1_200_000 } },
  { licences: 5_000, limits: { perMinute: 2_500, perDay: 2_400_000 } },
  { licences: 15_000, limits: { perMinute: 3_750, perDay: 3_600_000 } },
  { licences: 50_000, limits: { perMinute: 5_000, perDay: 4_800_000 } },
];
const LARGEST: ResourceLimits = { perMinute: 6_250, perDay: 6_000_000 };

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** From this share of the minute's quota on, answers carry RateLimit headers. */
const WARNING_SHARE = 0.8;

export function limitsOfTenant(licences: number): ResourceLimits {
  return STEPS.find((step) => licences <= step.licences)?.limits ?? LARGEST;
}

/** `limit`, `remaining` and `resetSeconds` are those of the RateLimit headers. */
export type Charge = {
  readonly refused: boolean;
  /** Whether the answer carries RateLimit headers. */
  readonly warned: boolean;
  readonly limit: number;
  readonly remaining: number;
  readonly resetSeconds: number;
};

type Window = { startedMs: number; used: number };

/**
 * Counts resource units per application, in fixed windows of a minute and of a day. Refused
 * requests count too, so that a client that does not wait stays refused.
 */
export class ResourceMeter {
  limits: ResourceLimits;
  refused = 0;
  readonly #minutes = new Map<string, Window>();
  readonly #days = new Map<string, Window>();

  constructor(limits: ResourceLimits) {
    this.limits = limits;
  }

  charge(appId: string, units: number, nowMs: number): Charge {
    const minute = use(this.#minutes, { appId, units, nowMs, lengthMs: MINUTE_MS });
    const day = use(this.#days, { appId, units, nowMs, lengthMs: DAY_MS });
    if (day.used > this.limits.perDay) {
      this.refused += 1;
      return refusal(this.limits.perDay, day.startedMs + DAY_MS - nowMs);
    }
    if (minute.used > this.limits.perMinute) {
      this.refused += 1;
      return refusal(this.limits.perMinute, minute.startedMs + MINUTE_MS - nowMs);
    }
    return {
      refused: false,
      warned: minute.used >= this.limits.perMinute * WARNING_SHARE,
      limit: this.limits.perMinute,
      remaining: this.limits.perMinute - minute.used,
      resetSeconds: seconds(minute.startedMs + MINUTE_MS - nowMs),
    };
  }
}

function use(
  windows: Map<string, Window>,
  request: { appId: string; units: number; nowMs: number; lengthMs: number },
): Window {
  const known = windows.get(request.appId);
  const current =
    known && request.nowMs - known.startedMs < request.lengthMs
      ? known
      : { startedMs: request.nowMs, used: 0 };
  current.used += request.units;
  windows.set(request.appId, current);
  return current;
}

function refusal(limit: number, waitMs: number): Charge {
  return { refused: true, warned: true, limit, remaining: 0, resetSeconds: seconds(waitMs) };
}

function seconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000));
}
