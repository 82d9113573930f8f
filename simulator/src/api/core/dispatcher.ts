import type { FaultAction, FaultRules } from '../../app/fault-rules.ts';
import type { Latency } from '../../app/latency.ts';
import type { OutlookBudget } from '../../app/outlook-budget.ts';
import type { RequestStats } from '../../app/request-stats.ts';
import type { AccessTokens } from '../../ports/access-tokens.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Ids } from '../../ports/ids.ts';
import type { ApiRequest, ApiResponse } from './api-message.ts';
import { authenticate, requirePermission } from './bearer.ts';
import { failBefore, shapeReply } from './fault-effects.ts';
import type { Caller, GraphCall, GraphRoute, Quirk } from './graph-call.ts';
import { badRequest, errorBody, GraphError, methodNotAllowed } from './graph-error.ts';
import { makeGraphCall } from './make-graph-call.ts';
import { type RouteMatch, RouteTable } from './route-table.ts';
import { refuseUnserved } from './unserved.ts';

/** What the dispatcher needs of the rest. */
export interface DispatcherParts {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly tokens: AccessTokens;
  readonly budget: OutlookBudget;
  readonly faults: FaultRules;
  readonly latency: Latency;
  readonly stats: RequestStats;
}

/** A Graph request: path below `/v1.0` or `/beta`. */
export interface GraphRequest extends ApiRequest {
  readonly version: 'v1.0' | 'beta';
  /** The percent-encoded path below the version. */
  readonly resource: string;
}

/** A finished answer; `done` MUST be called when it has been sent (or could not be). */
export interface Dispatched {
  readonly response: ApiResponse;
  readonly done: () => void;
}

const NOTHING = (): void => undefined;

/**
 * Takes a Graph request, over HTTP or out of a batch, through the same steps: identity, route,
 * permission, faults, latency, budget, options, handler, error body, statistics.
 */
export class Dispatcher {
  readonly parts: DispatcherParts;
  readonly #routes = new RouteTable<GraphRoute>();

  constructor(parts: DispatcherParts) {
    this.parts = parts;
  }

  /** Adds an endpoint; the last of two equal patterns never answers. */
  register(...routes: readonly GraphRoute[]): void {
    for (const route of routes) this.#routes.add(route);
  }

  /** The mailbox whose budget a request will use, or undefined: how a batch sorts its parts. */
  laneOf(request: GraphRequest): string | undefined {
    try {
      const { match } = this.#routes.find(request.method, request.resource);
      if (!match?.route.lane) return undefined;
      const nobody: Caller = { appId: '', roles: new Set() };
      return match.route.lane(makeGraphCall(request, match, { ...this.#frame(), caller: nobody }));
    } catch {
      return undefined;
    }
  }

  /** Answers a request; throws only DropConnection. `caller` is given for parts of a batch. */
  async dispatch(request: GraphRequest, caller?: Caller): Promise<Dispatched> {
    const frame = this.#frame();
    const releases: (() => void)[] = [];
    const done = (): void => {
      for (const release of releases.splice(0)) release();
    };
    let pattern = '(no route)';
    let response: ApiResponse;
    try {
      const known = caller ?? (await authenticate(this.parts.tokens, request.headers));
      const match = this.#route(request);
      pattern = match.route.pattern;
      response = await this.#serve(request, match, { ...frame, caller: known, releases });
    } catch (error) {
      if (!(error instanceof GraphError)) {
        done();
        throw error;
      }
      response = this.#refusal(error, request, frame.requestId);
    }
    this.parts.stats.count(`${request.method} ${pattern}`, {
      batched: request.batched,
      status: response.status,
    });
    return { response: this.#envelope(response, request, frame.requestId), done };
  }

  async #serve(
    request: GraphRequest,
    match: RouteMatch<GraphRoute>,
    frame: { requestId: string; nowMs: number; caller: Caller; releases: (() => void)[] },
  ): Promise<ApiResponse> {
    const { route } = match;
    const { latency, clock, faults } = this.parts;
    requirePermission(frame.caller, route.permissions);
    const actions = faults.take({
      method: request.method,
      pattern: route.pattern,
      path: request.path,
    });
    const call = makeGraphCall(request, match, { ...frame, quirks: quirksOf(actions) });
    frame.releases.push(this.#admit(route, call));
    await clock.sleep(latency.drawMs(), request.signal);
    await failBefore(actions, clock, request.signal);
    return shapeReply(await route.handle(call), actions, clock);
  }

  #admit(route: GraphRoute, call: GraphCall): () => void {
    const lane = route.lane?.(call);
    const other = route.admit?.(call) ?? NOTHING;
    if (lane === undefined) return other;
    const slot = this.parts.budget.enter(call.caller.appId, lane);
    if (typeof slot !== 'function') {
      other();
      throw throttled(slot);
    }
    return () => {
      slot();
      other();
    };
  }

  #route(request: GraphRequest): RouteMatch<GraphRoute> {
    const { match, methods } = this.#routes.find(request.method, request.resource);
    if (match) return match;
    if (methods.length > 0) throw methodNotAllowed(methods);
    refuseUnserved(request.resource);
    const name = decodeURIComponent(request.resource.split('/').at(-1) ?? '');
    throw badRequest(`Resource not found for the segment '${name}'.`);
  }

  #frame(): { requestId: string; nowMs: number; quirks: ReadonlySet<Quirk> } {
    return {
      requestId: this.parts.ids.uuid(),
      nowMs: this.parts.clock.nowMs(),
      quirks: new Set(),
    };
  }

  #refusal(error: GraphError, request: GraphRequest, requestId: string): ApiResponse {
    const { status, headers = {}, emptyBody } = error.detail;
    if (emptyBody) return { status, headers };
    const clientRequestId = request.headers.get('client-request-id') ?? requestId;
    const nowMs = this.parts.clock.nowMs();
    return {
      status,
      headers,
      json: errorBody(error.detail, { requestId, clientRequestId, nowMs }),
    };
  }

  #envelope(response: ApiResponse, request: GraphRequest, requestId: string): ApiResponse {
    const headers = {
      'request-id': requestId,
      'client-request-id': request.headers.get('client-request-id') ?? requestId,
      'x-ms-ags-diagnostic': DIAGNOSTIC,
      date: new Date(this.parts.clock.nowMs()).toUTCString(),
      ...response.headers,
    };
    return { ...response, headers };
  }
}

const DIAGNOSTIC = JSON.stringify({
  ServerInfo: {
    DataCenter: 'Loopback',
    Slice: 'E',
    Ring: '1',
    ScaleUnit: '000',
    RoleInstance: '0',
  },
});

function quirksOf(actions: readonly FaultAction[]): ReadonlySet<Quirk> {
  return new Set(actions.flatMap(({ quirk }) => (quirk ? [quirk] : [])));
}

function throttled(refusal: { reason: string; retryAfterSeconds: number }): GraphError {
  const message =
    refusal.reason === 'concurrency'
      ? 'Application is over its MailboxConcurrency limit.'
      : 'Application is over its RequestRate limit for this mailbox.';
  return new GraphError({
    status: 429,
    code: 'ApplicationThrottled',
    message,
    headers: { 'retry-after': String(refusal.retryAfterSeconds) },
  });
}
