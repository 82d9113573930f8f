/**
 * The one state machine of sessions. Every change goes through `nextState` and
 * one compare-and-set in the store.
 *
 * - `queued`: recorded, no attempt yet (attempt 0)
 * - `assigned`: attempt n was made and is sent to the proxy until it accepts
 * - `running`: the proxy journalled the attempt; its lease is renewed by heartbeats
 * - `lost`: the lease expired: unknown, not dead. The proxy may come back with
 *   the attempt (`running` again) or without it (a new attempt)
 * - `stopping`: a user (or the controller) wants it stopped; sent again on
 *   every link until the proxy reports the end
 * - `success`, `warning`, `failed`, `stopped`: final, nothing leaves them
 *
 * A session that nobody accepted has nothing to stop at the proxy and is
 * stopped at once; so is one whose proxy came back without it. A result that
 * the proxy reports always stands, also when it crosses a stop or a lost lease.
 */
export type SessionState =
  | 'queued'
  | 'assigned'
  | 'running'
  | 'lost'
  | 'stopping'
  | 'success'
  | 'warning'
  | 'failed'
  | 'stopped';

export type FinalState = 'success' | 'warning' | 'failed' | 'stopped';

export type SessionTrigger =
  /** An attempt is handed to the proxy: the first, or the next. */
  | 'assign'
  /** The proxy journalled the attempt, or still has it. */
  | 'accept'
  | 'lease-expired'
  | 'stop'
  /** The proxy is there and does not have the attempt, or never will. */
  | 'give-up'
  | 'end-success'
  | 'end-warning'
  | 'end-failed'
  | 'end-stopped';

type Row = Readonly<Partial<Record<SessionTrigger, SessionState>>>;

const ends = {
  'end-success': 'success',
  'end-warning': 'warning',
  'end-failed': 'failed',
  'end-stopped': 'stopped',
} as const;

/** What each state may become. A trigger that is not listed changes nothing. */
export const sessionTransitions: Readonly<Record<SessionState, Row>> = {
  queued: { assign: 'assigned', stop: 'stopped', 'give-up': 'failed' },
  assigned: {
    accept: 'running',
    stop: 'stopping',
    'give-up': 'failed',
    ...ends,
  },
  running: { accept: 'running', 'lease-expired': 'lost', stop: 'stopping', ...ends },
  lost: { assign: 'assigned', accept: 'running', stop: 'stopping', 'give-up': 'failed', ...ends },
  stopping: { accept: 'stopping', stop: 'stopping', 'give-up': 'stopped', ...ends },
  success: {},
  warning: {},
  failed: {},
  stopped: {},
};

/** The state after the trigger, or undefined when it does not apply. */
export function nextState(from: SessionState, trigger: SessionTrigger): SessionState | undefined {
  return sessionTransitions[from][trigger];
}

/** All states that the trigger applies to: the `from` of a compare-and-set. */
export function statesBefore(trigger: SessionTrigger): SessionState[] {
  const states = Object.keys(sessionTransitions) as SessionState[];
  return states.filter((state) => nextState(state, trigger) !== undefined);
}

export function isFinal(state: SessionState): state is FinalState {
  return Object.keys(sessionTransitions[state]).length === 0;
}

export const openStates: readonly SessionState[] = [
  'queued',
  'assigned',
  'running',
  'lost',
  'stopping',
];
