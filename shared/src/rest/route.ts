import type { Static, TObject, TSchema } from 'typebox';
import type { TokenScope } from './schemas/token.ts';

/** Who may call: nobody in particular, or a token of at least this scope. */
export type RouteScope = 'public' | TokenScope;

/**
 * One operation of the API. The table of all of them (route-table.ts) is the
 * single source of request validation, the OpenAPI document and the client.
 */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below /api/v1, parameters as `{name}`. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly scope: RouteScope;
  /** Tokens of scope portal may call it; retrieved data does not exist for them. */
  readonly portal?: boolean;
  readonly params?: TObject;
  readonly query?: TObject;
  readonly body?: TSchema;
  readonly success: RouteSuccess;
  /** Starts work: takes the header Idempotency-Key. */
  readonly idempotent?: boolean;
}

export interface RouteSuccess {
  readonly status: 200 | 201 | 202 | 204;
  /** Absent with 204. */
  readonly body?: TSchema;
  /** Default application/json. */
  readonly contentType?: 'text/event-stream';
}

type StaticOr<S, Otherwise> = S extends TSchema ? Static<S> : Otherwise;

export type ParamsOf<R extends Route> = StaticOr<R['params'], undefined>;
export type QueryOf<R extends Route> = StaticOr<R['query'], undefined>;
export type BodyOf<R extends Route> = StaticOr<R['body'], undefined>;
export type ResultOf<R extends Route> = StaticOr<R['success']['body'], undefined>;
