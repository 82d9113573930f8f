import { AppError } from '@firn/shared/errors/app-error';
import { ByteCollector } from '@firn/shared/memory/byte-collector';
import { passing } from '@firn/shared/memory/discard';
import { Agent, type Dispatcher, request } from 'undici';
import type { Headers } from './retry-after.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpReply {
  readonly status: number;
  readonly headers: Headers;
  /** To be read to its end, or discarded. A piece is good until the next is asked for. */
  readonly body: AsyncIterable<Uint8Array>;
  discard(): Promise<void>;
}

/** Until the head of an answer; big pages of Exchange take a while. */
const headersTimeoutMs = 120_000;
/** Between two pieces of a body. */
const bodyTimeoutMs = 60_000;

/**
 * Sends HTTP requests for one organization: own connections, own trust, no
 * redirects, no retries, no cookies.
 */
export class HttpSender {
  readonly #agent: Agent;
  #sentCount = 0;

  /** @param caPem trusted instead of the system's authorities, when given */
  constructor(caPem: string | undefined) {
    this.#agent = new Agent({
      connections: 64,
      pipelining: 1,
      keepAliveTimeout: 30_000,
      headersTimeout: headersTimeoutMs,
      bodyTimeout: bodyTimeoutMs,
      connect: { timeout: 20_000, ...(caPem === undefined ? {} : { ca: caPem }) },
    });
  }

  get sentCount(): number {
    return this.#sentCount;
  }

  /** @throws AppError E_SOURCE_UNAVAILABLE when no answer came; the signal's reason when aborted */
  async send(call: HttpRequest): Promise<HttpReply> {
    this.#sentCount += 1;
    try {
      const reply = await request(call.url, {
        dispatcher: this.#agent,
        method: call.method,
        headers: { ...call.headers },
        body: call.body ?? null,
        signal: call.signal ?? null,
      });
      return httpReply(reply, call);
    } catch (cause) {
      throw networkError(cause, call);
    }
  }

  async close(): Promise<void> {
    await this.#agent.close();
  }
}

function httpReply(reply: Dispatcher.ResponseData, call: HttpRequest): HttpReply {
  const headers: Headers = (name) => {
    const value = reply.headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
  const discard = () => reply.body.dump({ limit: 64 * 1024 }).catch(() => undefined);
  return { status: reply.statusCode, headers, body: readBody(reply.body, call), discard };
}

async function* readBody(
  body: AsyncIterable<Uint8Array>,
  call: HttpRequest,
): AsyncGenerator<Uint8Array> {
  try {
    yield* passing(body);
  } catch (cause) {
    throw networkError(cause, call);
  }
}

/** Names the host only: paths and queries may carry tokens. */
function networkError(cause: unknown, call: HttpRequest): unknown {
  if (call.signal?.aborted) return call.signal.reason;
  if (cause instanceof AppError) return cause;
  const host = URL.canParse(call.url) ? new URL(call.url).host : 'the service';
  const reason = cause instanceof Error ? codeOf(cause) : String(cause);
  return new AppError('E_SOURCE_UNAVAILABLE', `no complete answer from ${host}: ${reason}`, {
    cause,
  });
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

/**
 * The whole body, as UTF-8.
 * @throws AppError E_SOURCE_ITEM_TOO_LARGE beyond sizeMaxBytes
 */
export async function readText(reply: HttpReply, sizeMaxBytes: number): Promise<string> {
  const body = new ByteCollector();
  try {
    for await (const piece of reply.body) {
      if (body.size + piece.length > sizeMaxBytes) {
        const message = `an answer is larger than ${sizeMaxBytes} bytes`;
        throw new AppError('E_SOURCE_ITEM_TOO_LARGE', message);
      }
      body.push(piece);
    }
    return new TextDecoder().decode(body.bytes);
  } finally {
    body.discard();
  }
}
