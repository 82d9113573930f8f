const endingSignals = ['SIGTERM', 'SIGINT'] as const;

export interface ProcessSignals {
  /** Aborts with the first SIGTERM or SIGINT: end, and finish what is short. */
  readonly drain: AbortSignal;
  /** Aborts with the second: end now. */
  readonly force: AbortSignal;
  /** Leaves the signals to Node again. */
  stop(): void;
}

/** Where signals come from: `process`, or an emitter in tests. */
export interface SignalSource {
  on(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
  off(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
}

/**
 * running ──first signal──► draining ──second──► forced. A process that is
 * forced SHOULD exit at once; what it leaves is taken up when it starts again.
 */
export function watchSignals(source: SignalSource = process): ProcessSignals {
  const drain = new AbortController();
  const force = new AbortController();
  const onSignal = () => {
    if (drain.signal.aborted) force.abort(new Error('a second signal ended the process'));
    else drain.abort(new Error('a signal ends the process'));
  };
  for (const signal of endingSignals) source.on(signal, onSignal);
  const stop = () => {
    for (const signal of endingSignals) source.off(signal, onSignal);
  };
  return { drain: drain.signal, force: force.signal, stop };
}
