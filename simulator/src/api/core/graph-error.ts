/** What Graph says when it refuses: becomes `{error:{code,message,innerError}}`. */
export interface GraphErrorDetail {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Further members of `innerError`, e.g. `{code: 'resyncRequired'}`. */
  readonly inner?: Readonly<Record<string, unknown>>;
  /** Answer with this status and no body at all (seen on 503). */
  readonly emptyBody?: boolean;
}

/** A refusal in Graph's words. Handlers throw it; the dispatcher writes it. */
export class GraphError extends Error {
  readonly detail: GraphErrorDetail;

  constructor(detail: GraphErrorDetail) {
    super(`${detail.status} ${detail.code}: ${detail.message}`);
    this.name = 'GraphError';
    this.detail = detail;
  }
}

/** 400 with the code that OData layers use for bad options and bodies. */
export function badRequest(message: string, code = 'BadRequest'): GraphError {
  return new GraphError({ status: 400, code, message });
}

/** 404 with a code of the resource's own area (`ErrorItemNotFound`, `itemNotFound`…). */
export function notFound(code: string, message: string): GraphError {
  return new GraphError({ status: 404, code, message });
}

/** 405 with the methods that the resource has. */
export function methodNotAllowed(methods: readonly string[]): GraphError {
  return new GraphError({
    status: 405,
    code: 'Request_BadRequest',
    message: 'Specified HTTP method is not allowed for the request target.',
    headers: { allow: [...new Set(methods)].join(', ') },
  });
}

/** The connection is to be cut without an answer (fault on demand). */
export class DropConnection extends Error {
  constructor() {
    super('connection dropped on demand');
    this.name = 'DropConnection';
  }
}

/** The JSON error body of [Microsoft: errors]. */
export function errorBody(
  detail: GraphErrorDetail,
  ids: { requestId: string; clientRequestId: string; nowMs: number },
): unknown {
  return {
    error: {
      code: detail.code,
      message: detail.message,
      innerError: {
        ...detail.inner,
        date: new Date(ids.nowMs).toISOString().slice(0, 19),
        'request-id': ids.requestId,
        'client-request-id': ids.clientRequestId,
      },
    },
  };
}
