/**
 * Progress and events for whoever watches. Everything on the bus may be lost
 * without harm: results travel on the link, the record is in Postgres.
 */
export interface Bus {
  /** Best effort; never throws for a broken connection. */
  publish(subject: string, payload: Uint8Array): void;
  /** Messages from now on. `*` matches one token, a last `>` the rest. */
  subscribe(subject: string, signal: AbortSignal): AsyncIterable<BusMessage>;
  /** Last message per subject that the bus still keeps (progress: one per session). */
  last(subject: string): Promise<BusMessage | undefined>;
  close(): Promise<void>;
}

export interface BusMessage {
  readonly subject: string;
  readonly payload: Uint8Array;
}
