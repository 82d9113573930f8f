/** What a fault does to a request that it hits. */
export interface FaultAction {
  /** Answer with this status instead of handling (or after handling, see `applyFirst`). */
  readonly status?: number;
  readonly code?: string;
  readonly message?: string;
  /** Seconds, may have a fraction; absent: no Retry-After header. */
  readonly retryAfter?: number;
  readonly emptyBody?: boolean;
  /** The request takes effect before the fault: the reply is lost, not the change. */
  readonly applyFirst?: boolean;
  /** Cut the connection without an answer. */
  readonly drop?: boolean;
  /** Wait before the request is handled. */
  readonly delayMs?: number;
  /** Send the body in small pieces with this pause between them. */
  readonly slowBodyMs?: number;
  /** Send only this share (0..1) of the body, then cut the connection. */
  readonly truncateAt?: number;
  /** For delta routes: 'empty-page', 'repeat-items', 'expire-token'. */
  readonly quirk?: 'empty-page' | 'repeat-items' | 'expire-token';
}

/** A fault on demand. */
export interface FaultRule {
  readonly id: string;
  /** A method, or absent for all. */
  readonly method?: string;
  /** A glob over the route's pattern or the path (`*` any run of characters); without case. */
  readonly route: string;
  /** Hits at most so many requests; absent: without end. */
  readonly count?: number;
  /** Lets so many matching requests pass first. */
  readonly skip?: number;
  /** Hits this share of the matching requests, evenly spread; absent: all. */
  readonly rate?: number;
  readonly action: FaultAction;
}

interface Standing {
  readonly rule: FaultRule;
  readonly matcher: RegExp;
  seen: number;
  hits: number;
  credit: number;
}

/** The faults in force. Deterministic: a rate spreads its hits evenly instead of by chance. */
export class FaultRules {
  #standing: Standing[] = [];

  add(rule: FaultRule): void {
    this.#standing = this.#standing.filter((known) => known.rule.id !== rule.id);
    this.#standing.push({ rule, matcher: globToRegExp(rule.route), seen: 0, hits: 0, credit: 0 });
  }

  clear(id?: string): void {
    this.#standing = id ? this.#standing.filter(({ rule }) => rule.id !== id) : [];
  }

  list(): readonly (FaultRule & { readonly hits: number })[] {
    return this.#standing.map(({ rule, hits }) => ({ ...rule, hits }));
  }

  /** The actions for one request, each counted as a hit. */
  take(request: { method: string; pattern: string; path: string }): readonly FaultAction[] {
    return this.#standing
      .filter((standing) => matches(standing, request) && hit(standing))
      .map(({ rule }) => rule.action);
  }
}

function matches(
  { rule, matcher }: Standing,
  request: { method: string; pattern: string; path: string },
): boolean {
  if (rule.method !== undefined && rule.method.toUpperCase() !== request.method) return false;
  return matcher.test(request.pattern) || matcher.test(request.path);
}

function hit(standing: Standing): boolean {
  const { rule } = standing;
  standing.seen += 1;
  if (standing.seen <= (rule.skip ?? 0)) return false;
  if (rule.count !== undefined && standing.hits >= rule.count) return false;
  standing.credit += rule.rate ?? 1;
  if (standing.credit < 1) return false;
  standing.credit -= 1;
  standing.hits += 1;
  return true;
}

function globToRegExp(glob: string): RegExp {
  const escaped = glob.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${escaped}$`, 'i');
}
