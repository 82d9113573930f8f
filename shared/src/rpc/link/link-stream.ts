import type { ConnectRequest, ConnectResponse } from '../../gen/firn/link/v1/link.ts';

/** What a worker says and hears on a link, without the generated wrapping. */
export type WorkerMessage = NonNullable<ConnectRequest['message']>;
export type ControllerMessage = NonNullable<ConnectResponse['message']>;

/** One open Connect stream, from dialling to its end. Never resumed: dial again. */
export interface LinkStream {
  /**
   * Messages leave in the order of the calls. Resolves when the transport has
   * room for more; fails with E_LINK_LOST once the stream has ended.
   */
  send(message: WorkerMessage): Promise<void>;
  /** Ends when the controller ends the stream; fails with E_LINK_LOST when it broke. */
  readonly incoming: AsyncIterable<ControllerMessage>;
  /** Ends the stream; safe to repeat. */
  close(): void;
}

/** Opens a stream; fails with E_CONTROLLER_UNREACHABLE. */
export type DialLink = (signal: AbortSignal) => Promise<LinkStream>;
