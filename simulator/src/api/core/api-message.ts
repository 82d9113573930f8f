/** The body of a request, read at most once. */
export interface RequestBody {
  /** The whole body; refused with 413 above `limitBytes`. */
  bytes(limitBytes?: number): Promise<Uint8Array>;
  /** The body as it arrives, for large uploads. */
  stream(): AsyncIterable<Uint8Array>;
}

/** A request as it came over HTTP or as a part of a batch. Header names are in lower case. */
export interface ApiRequest {
  readonly method: string;
  /** `https://host:port` as the client wrote it: links are built from it. */
  readonly origin: string;
  /** The path as written, percent-encoded, without query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: RequestBody;
  readonly signal: AbortSignal;
  /** True for a part of a `$batch`. */
  readonly batched: boolean;
}

/** Exactly one of json, bytes, stream may be present; none means no body. */
export interface ApiResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly bytes?: Uint8Array;
  readonly stream?: AsyncIterable<Uint8Array>;
}

/** 200 with a JSON body. */
export function ok(json: unknown, headers: Readonly<Record<string, string>> = {}): ApiResponse {
  return { status: 200, json, headers };
}

/** Any status with a JSON body. */
export function json(status: number, body: unknown): ApiResponse {
  return { status, json: body };
}

/** 204. */
export const noContent: ApiResponse = { status: 204 };
