import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { AppError } from '../errors/app-error.ts';

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

export interface HttpResponse {
  readonly status: number;
  readonly body: AsyncIterable<Uint8Array>;
}

/** How the client reaches the controller. Fails with E_CONTROLLER_UNREACHABLE. */
export interface Transport {
  send(request: HttpRequest): Promise<HttpResponse>;
  close(): void;
}

export interface HttpsTransportOptions {
  /** The controller's CA; absent: the system's. */
  readonly caPem?: string;
}

/**
 * HTTPS by node:https: Node's fetch takes no CA per call. Server certificates
 * are always verified.
 */
export function makeHttpsTransport(options: HttpsTransportOptions = {}): Transport {
  const agent = new Agent({
    keepAlive: true,
    minVersion: 'TLSv1.2',
    ...(options.caPem === undefined ? {} : { ca: options.caPem }),
  });
  return {
    send: async (httpRequest) => sendWith(agent, httpRequest),
    close: () => agent.destroy(),
  };
}

async function sendWith(agent: Agent, httpRequest: HttpRequest): Promise<HttpResponse> {
  const { method, url, headers, body, signal } = httpRequest;
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const outgoing = request(
    url,
    { agent, method, headers, ...(signal === undefined ? {} : { signal }) },
    resolve,
  );
  outgoing.once('error', reject);
  outgoing.end(body);
  try {
    const response = await promise;
    return { status: response.statusCode ?? 0, body: response };
  } catch (cause) {
    signal?.throwIfAborted();
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('E_CONTROLLER_UNREACHABLE', `cannot reach ${url.origin}: ${why}`, { cause });
  }
}
