import type { ApiRequest, ApiResponse } from './api-message.ts';
import type { ODataOptions } from './odata-options.ts';

/** The application behind an access token. */
export interface Caller {
  readonly appId: string;
  readonly roles: ReadonlySet<string>;
}

/** Peculiarities of the service that a fault rule asks of this call. */
export type Quirk = 'empty-page' | 'repeat-items' | 'expire-token';

/** A request that has found its route, with everything a handler needs. */
export interface GraphCall extends ApiRequest {
  readonly version: 'v1.0' | 'beta';
  /** `https://host/v1.0`. */
  readonly root: string;
  /** The request's URL without query: the stem of next and delta links. */
  readonly selfUrl: string;
  readonly caller: Caller;
  readonly options: ODataOptions;
  readonly quirks: ReadonlySet<Quirk>;
  readonly requestId: string;
  /** A captured `{name}` of the route's pattern, decoded. */
  param(name: string): string;
  /** An argument of a function segment: `token` of `delta(token='x')`. */
  argument(name: string): string | undefined;
  /** True when the client sent this token in a Prefer header, e.g. `IdType="ImmutableId"`. */
  prefers(preference: string): boolean;
  /** The value of a Prefer parameter, e.g. `odata.maxpagesize`. */
  preference(name: string): string | undefined;
  /** The body as a JSON object; 400 when it is none. */
  readJson(limitBytes?: number): Promise<Readonly<Record<string, unknown>>>;
}

/** Answers a call. Throws GraphError to refuse. */
export type GraphHandler = (call: GraphCall) => ApiResponse | Promise<ApiResponse>;

/** An endpoint of Graph. */
export interface GraphRoute {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /**
   * Segments below the version, e.g. `/users/{user}/mailFolders/{folder}/messages/delta()`.
   * Literals match without regard to case. `{x}` captures a segment, also when the client writes
   * it as key: `users('a')`. `name()` is a function: it matches `name`, `name()`,
   * `microsoft.graph.name` and `name(token='x')`. `{path:}` captures a colon path:
   * `/drives/{drive}/root/{path:}/content` matches `/drives/1/root:/a/b.txt:/content`.
   */
  readonly pattern: string;
  /** Application permissions, any of which suffices (least first). Empty: a valid token is enough. */
  readonly permissions: readonly string[];
  /** Query options that are documented for it (`$top`, `includeHiddenFolders`…): others are 400. */
  readonly query: readonly string[];
  /** The mailbox whose budget the call uses (4 at once, 10,000 per 10 minutes, per app). */
  readonly lane?: (call: GraphCall) => string | undefined;
  /** A budget of another kind: throws 429 or returns what to do at the end. */
  readonly admit?: (call: GraphCall) => () => void;
  readonly handle: GraphHandler;
}

/** An endpoint outside Graph (token, import, download, upload URLs, administration). */
export interface PlainRoute {
  readonly method: string;
  /** Like GraphRoute.pattern but from the root of the server; `{rest*}` captures all that follows. */
  readonly pattern: string;
  /** True: needs the administrator's bearer token, and neither faults nor latency apply. */
  readonly admin?: boolean;
  readonly handle: (call: PlainCall) => ApiResponse | Promise<ApiResponse>;
}

/** A request to a plain route. */
export interface PlainCall extends ApiRequest {
  readonly requestId: string;
  param(name: string): string;
}
