import { AppError } from '@firn/shared/errors/app-error';
import type { ViewRequest, ViewResponse } from '@firn/shared/gen/firn/link/v1/link';
import { makeStreamWriter } from '@firn/shared/rpc/link/stream-writer';
import { fromProblem } from '@firn/shared/rpc/problem';
import type { Clock } from '@firn/shared/time/clock';
import type { ServerDuplexStream } from '@grpc/grpc-js';

export type ViewCall = ServerDuplexStream<ViewRequest, ViewResponse>;

interface Waiting {
  resolve(page: Uint8Array): void;
  reject(error: unknown): void;
}

/** The View stream of a proxy agent: questions go out, answers come back by request id. */
export class ViewChannel {
  readonly certificatePem: string;
  readonly #call: ViewCall;
  readonly #clock: Clock;
  readonly #write: (message: ViewResponse) => Promise<void>;
  readonly #waiting = new Map<string, Waiting>();

  constructor(call: ViewCall, certificatePem: string, clock: Clock) {
    this.#call = call;
    this.certificatePem = certificatePem;
    this.#clock = clock;
    this.#write = makeStreamWriter<ViewResponse>(call);
  }

  async ask(
    question: ViewResponse,
    { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<Uint8Array> {
    const { requestId } = question;
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
    this.#waiting.set(requestId, { resolve, reject });
    const over = new AbortController();
    const late = this.#clock.sleep(timeoutMs, AbortSignal.any([over.signal, signal])).then(
      () => reject(new AppError('E_PROXY_TIMEOUT', `no answer within ${timeoutMs} ms`)),
      () => reject(new AppError('E_CANCELLED', 'the request was given up')),
    );
    try {
      this.#write(question).catch(reject);
      return await promise;
    } finally {
      this.#waiting.delete(requestId);
      over.abort();
      await late;
    }
  }

  answered({ requestId, answer }: ViewRequest): void {
    const waiting = this.#waiting.get(requestId);
    if (waiting === undefined || answer === undefined) return;
    if (answer.$case === 'page') waiting.resolve(answer.value);
    if (answer.$case === 'problem') waiting.reject(fromProblem(answer.value));
  }

  /** The stream is over: nobody will answer. */
  close(): void {
    for (const { reject } of this.#waiting.values()) reject(offline());
    this.#waiting.clear();
    this.#call.end();
  }
}

export function offline(): AppError {
  return new AppError('E_PROXY_OFFLINE', 'the proxy agent is not connected');
}
