import { AppError, isAppError } from '@firn/shared/errors/app-error';
import type { Clock } from '@firn/shared/time/clock';
import { type RetryPolicy, retry } from '@firn/shared/time/retry';
import type { TokenSource } from './access-token.ts';
import { type ErrorReply, graphError, isThrottled } from './graph-error.ts';
import type { GraphBase } from './graph-url.ts';
import { type HttpReply, type HttpRequest, type HttpSender, readText } from './http-sender.ts';
import { jsonOrUndefined, parseJson } from './json-value.ts';
import type { Lane } from './lane.ts';
import { exhaustedForMs, type Headers, retryAfterMs } from './retry-after.ts';

export interface GraphClientOptions {
  readonly base: GraphBase;
  readonly sender: HttpSender;
  readonly tokens: TokenSource;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** Names each request to the service. */
  readonly newId: () => string;
}

export interface GraphCall {
  readonly method: HttpRequest['method'];
  /** Below the API version, or a link of an earlier answer. */
  readonly path: string;
  /** For errors: what is asked, without ids. */
  readonly what: string;
  readonly lane: Lane;
  /** What it costs in the lane; default 1 slot, 1 unit. */
  readonly slots?: number;
  readonly units?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly body?: Uint8Array;
  /** Whether it may be sent again after an unclear answer; default: GET only. */
  readonly repeatable?: boolean;
  readonly signal: AbortSignal;
}

/** A call to a pre-authenticated URL: no token, never Graph's headers. */
export interface ExternalCall extends Omit<GraphCall, 'path' | 'json'> {
  readonly url: string;
}

export interface GraphReply {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON; undefined when there was none. */
  readonly body: unknown;
}

/** Traffic decoration: application of an own organization. [Microsoft: how-to-avoid-getting-throttled] */
export const userAgent = 'NONISV|Firn|Firn/0.1';

const policy: RetryPolicy = { triesMax: 8, delayMsFirst: 500, delayMsMax: 30_000 };

/** Of our clock against the service's, while the service has not told its time. */
const assumedSkewMs = 600_000;

/** No page or batch is allowed to be larger. */
const jsonMaxBytes = 64 * 1024 * 1024;

/** One organization's Graph: signs in, keeps to the lanes, retries what may be retried. */
export class GraphClient {
  readonly base: GraphBase;
  readonly clock: Clock;
  readonly #options: GraphClientOptions;
  #serviceDateMs: number | undefined;

  constructor(options: GraphClientOptions) {
    this.base = options.base;
    this.clock = options.clock;
    this.#options = options;
  }

  /** @throws AppError of graphError for any status of 300 and above */
  json(call: GraphCall): Promise<GraphReply> {
    return this.retrying(call, async () => {
      const reply = await this.#sendGraph(call);
      const text = await readText(reply, jsonMaxBytes);
      const body = text === '' ? undefined : jsonOf(reply.status, text, call.what);
      this.#failUnlessOk(call, { status: reply.status, headers: reply.headers, body });
      return { status: reply.status, headers: reply.headers, body };
    });
  }

  /**
   * Sends once, and gives the answer's body to `read`; both count as the call.
   * The lane is held until `read` is done.
   */
  async streamOnce<T>(call: GraphCall, read: (reply: HttpReply) => Promise<T>): Promise<T> {
    const leave = await this.#enter(call);
    try {
      const reply = await this.#sendWithToken(call);
      await this.#failUnlessStreamable(call, reply);
      return await read(reply);
    } finally {
      leave();
    }
  }

  /** Sends once, without a token. Any status is an answer. Holds the lane until the head is there. */
  async external(call: ExternalCall): Promise<HttpReply> {
    const leave = await this.#enter(call);
    try {
      const reply = await this.#options.sender.send({
        method: call.method,
        url: call.url,
        headers: { 'user-agent': userAgent, ...call.headers },
        body: call.body,
        signal: call.signal,
      });
      this.#watch(call.lane, reply.status, reply.headers);
      return reply;
    } finally {
      leave();
    }
  }

  /** Retries work as this client retries its own calls. */
  retrying<T>(
    call: Pick<GraphCall, 'method' | 'repeatable' | 'signal'>,
    work: () => Promise<T>,
    triesMax: number = policy.triesMax,
  ): Promise<T> {
    const repeatable = call.repeatable ?? call.method === 'GET';
    return retry(work, {
      policy: { ...policy, triesMax },
      ports: { clock: this.clock, random: this.#options.random },
      signal: call.signal,
      isRetryable: (error) =>
        isAppError(error, 'E_SOURCE_THROTTLED') ||
        (repeatable && isAppError(error, 'E_SOURCE_UNAVAILABLE')),
    });
  }

  /** The newest time that the service has told; our own clock may be wrong. */
  get serviceDateMs(): number {
    return this.#serviceDateMs ?? this.clock.now() - assumedSkewMs;
  }

  error(reply: ErrorReply, what: string): AppError {
    return graphError(reply, what, this.clock.now());
  }

  async #sendGraph(call: GraphCall): Promise<HttpReply> {
    const leave = await this.#enter(call);
    try {
      return await this.#sendWithToken(call);
    } finally {
      leave();
    }
  }

  /** One more try with a new token when the cached one is refused. */
  async #sendWithToken(call: GraphCall): Promise<HttpReply> {
    const reply = await this.#sendOnce(call, false);
    if (reply.status !== 401) return reply;
    await reply.discard();
    return this.#sendOnce(call, true);
  }

  async #sendOnce(call: GraphCall, renewToken: boolean): Promise<HttpReply> {
    const token = await this.#options.tokens.token(renewToken);
    const reply = await this.#options.sender.send({
      method: call.method,
      url: this.base.absolute(call.path),
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/json',
        'user-agent': userAgent,
        'client-request-id': this.#options.newId(),
        ...(call.json === undefined ? {} : { 'content-type': 'application/json' }),
        ...call.headers,
      },
      body: call.json === undefined ? call.body : JSON.stringify(call.json),
      signal: call.signal,
    });
    this.#watch(call.lane, reply.status, reply.headers);
    return reply;
  }

  #enter(call: Pick<GraphCall, 'lane' | 'slots' | 'units' | 'signal'>): Promise<() => void> {
    return call.lane.enter({ slots: call.slots ?? 1, units: call.units ?? 1 }, call.signal);
  }

  #watch(lane: Lane, status: number, headers: Headers): void {
    const dateMs = Date.parse(headers('date') ?? '');
    if (!Number.isNaN(dateMs)) this.#serviceDateMs = dateMs;
    const asked =
      isThrottled(status) || status === 503
        ? retryAfterMs(headers, this.clock.now())
        : exhaustedForMs(headers);
    if (asked !== undefined) lane.pause(asked);
  }

  #failUnlessOk(call: GraphCall, reply: ErrorReply): void {
    if (reply.status < 300) return;
    throw isBlip(call, reply) ? blip(call) : this.error(reply, call.what);
  }

  async #failUnlessStreamable(call: GraphCall, reply: HttpReply): Promise<void> {
    if (reply.status < 300) return;
    const body = jsonOrUndefined(await readText(reply, jsonMaxBytes));
    throw this.error({ status: reply.status, headers: reply.headers, body }, call.what);
  }
}

/** A 404 without any body is a fault of the front end, not an answer about the thing. [seen by corso] */
function isBlip(call: GraphCall, reply: ErrorReply): boolean {
  return call.method === 'GET' && reply.status === 404 && reply.body === undefined;
}

function blip(call: GraphCall): AppError {
  return new AppError('E_SOURCE_UNAVAILABLE', `${call.what} answered 404 without a body`);
}

/** Of an error its status says enough. */
function jsonOf(status: number, text: string, what: string): unknown {
  return status >= 300 ? jsonOrUndefined(text) : parseJson(text, what);
}
