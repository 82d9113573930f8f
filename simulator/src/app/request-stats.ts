/** What one route was asked. */
export interface RouteStats {
  http: number;
  batched: number;
  throttled: number;
  failed: number;
}

/** Counts requests by route; parts of batches are counted beside HTTP requests. */
export class RequestStats {
  readonly #routes = new Map<string, RouteStats>();

  count(route: string, outcome: { batched: boolean; status: number }): void {
    const stats = this.#routes.get(route) ?? { http: 0, batched: 0, throttled: 0, failed: 0 };
    this.#routes.set(route, stats);
    if (outcome.batched) stats.batched += 1;
    else stats.http += 1;
    if (outcome.status === 429) stats.throttled += 1;
    else if (outcome.status >= 400) stats.failed += 1;
  }

  reset(): void {
    this.#routes.clear();
  }

  /** Totals and the table by route, most asked first. */
  report(): { total: RouteStats; routes: Readonly<Record<string, RouteStats>> } {
    const total = { http: 0, batched: 0, throttled: 0, failed: 0 };
    for (const stats of this.#routes.values()) {
      total.http += stats.http;
      total.batched += stats.batched;
      total.throttled += stats.throttled;
      total.failed += stats.failed;
    }
    const sorted = [...this.#routes].sort(
      ([, a], [, b]) => b.http + b.batched - a.http - a.batched,
    );
    return { total, routes: Object.fromEntries(sorted) };
  }
}
