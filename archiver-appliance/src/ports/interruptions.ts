export interface Interruption {
  /** When the machine is taken away, ms since 1970. */
  readonly atMs: number;
  /** In the cloud's words. */
  readonly reason: string;
}

/** What the machine is told of its own end. */
export interface Interruptions {
  /**
   * Resolves when the cloud has said that it takes the machine away. Never
   * resolves where nobody takes machines away; rejects with the signal's reason.
   */
  next(signal: AbortSignal): Promise<Interruption>;
}
