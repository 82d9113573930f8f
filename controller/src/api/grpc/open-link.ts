import type { ConnectRequest, ConnectResponse } from '@firn/shared/gen/firn/link/v1/link';
import { makeStreamWriter } from '@firn/shared/rpc/link/stream-writer';
import { type ServerDuplexStream, status } from '@grpc/grpc-js';
import type { LinkMessage } from '../../ports/worker-links.ts';
import { grpcError } from './grpc-error.ts';

export type ConnectCall = ServerDuplexStream<ConnectRequest, ConnectResponse>;

/** More unsent messages than this: the worker does not read, its link is cut. */
const pendingMax = 1_000;

/** One Connect stream of a worker, from its Hello to its end. */
export class OpenLink {
  readonly certificatePem: string;
  readonly #call: ConnectCall;
  readonly #write: (message: ConnectResponse) => Promise<void>;
  #pending = 0;
  #isOver = false;
  #written: Promise<void> = Promise.resolve();

  constructor(call: ConnectCall, certificatePem: string) {
    this.#call = call;
    this.certificatePem = certificatePem;
    this.#write = makeStreamWriter<ConnectResponse>(call);
  }

  /** False when the stream ended, or takes no more. */
  send(message: LinkMessage): boolean {
    if (this.#isOver || this.#call.destroyed || this.#call.writableEnded) return false;
    if (this.#pending >= pendingMax) {
      this.cut(status.RESOURCE_EXHAUSTED, 'the worker does not read its link');
      return false;
    }
    this.#pending += 1;
    const sent = () => {
      this.#pending -= 1;
    };
    // A message that cannot be written is sent again on the next link.
    this.#written = this.#write({ message }).then(sent, sent);
    return true;
  }

  /** Nothing more is sent, and nothing that still comes is to be handled. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** After what was sent before it. */
  end(): void {
    this.#finish(() => this.#call.end());
  }

  /** As end, with a reason. */
  cut(code: status, why: string): void {
    this.#finish(() => this.#call.emit('error', grpcError(code, why)));
  }

  #finish(finish: () => void): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#written.then(finish, finish);
  }
}
