import type { FaultRules } from '../../app/fault-rules.ts';
import type { RequestStats } from '../../app/request-stats.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Ids } from '../../ports/ids.ts';
import type { ApiRequest, ApiResponse } from './api-message.ts';
import { failBefore, shapeReply } from './fault-effects.ts';
import type { PlainRoute } from './graph-call.ts';
import { errorBody, GraphError, methodNotAllowed, notFound } from './graph-error.ts';
import { RouteTable } from './route-table.ts';

/** What plain routes need of the rest. */
export interface PlainParts {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly faults: FaultRules;
  readonly stats: RequestStats;
  /** The administrator's bearer token. */
  readonly adminToken: string;
}

/** Endpoints outside Graph: no bearer token of Graph, no budget; faults and statistics apply. */
export class PlainRoutes {
  readonly #parts: PlainParts;
  readonly #routes = new RouteTable<PlainRoute>();

  constructor(parts: PlainParts) {
    this.#parts = parts;
  }

  register(...routes: readonly PlainRoute[]): void {
    for (const route of routes) this.#routes.add(route);
  }

  async answer(request: ApiRequest): Promise<ApiResponse> {
    const requestId = this.#parts.ids.uuid();
    try {
      return await this.#serve(request, requestId);
    } catch (error) {
      if (!(error instanceof GraphError)) throw error;
      const { status, headers = {}, emptyBody } = error.detail;
      if (emptyBody) return { status, headers };
      const nowMs = this.#parts.clock.nowMs();
      const body = errorBody(error.detail, { requestId, clientRequestId: requestId, nowMs });
      return { status, headers, json: body };
    }
  }

  async #serve(request: ApiRequest, requestId: string): Promise<ApiResponse> {
    const { match, methods } = this.#routes.find(request.method, request.path);
    if (!match) {
      if (methods.length > 0) throw methodNotAllowed(methods);
      throw notFound('NotFound', `no ${request.path} here`);
    }
    const call = {
      ...request,
      requestId,
      param: (name: string): string => match.params.get(name) ?? '',
    };
    if (match.route.admin) {
      this.#requireAdmin(request);
      return match.route.handle(call);
    }
    const { faults, clock, stats } = this.#parts;
    const { pattern } = match.route;
    const actions = faults.take({ method: request.method, pattern, path: request.path });
    try {
      await failBefore(actions, clock, request.signal);
      const response = shapeReply(await match.route.handle(call), actions, clock);
      stats.count(`${request.method} ${pattern}`, { batched: false, status: response.status });
      return response;
    } catch (error) {
      const status = error instanceof GraphError ? error.detail.status : 0;
      stats.count(`${request.method} ${pattern}`, { batched: false, status });
      throw error;
    }
  }

  #requireAdmin(request: ApiRequest): void {
    if (request.headers.get('authorization') === `Bearer ${this.#parts.adminToken}`) return;
    throw new GraphError({
      status: 401,
      code: 'Unauthorized',
      message: 'this endpoint needs the administrator token that was printed at the start',
    });
  }
}
