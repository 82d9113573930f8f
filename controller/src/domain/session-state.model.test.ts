import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isFinal,
  nextState,
  openStates,
  type SessionState,
  type SessionTrigger,
  sessionTransitions,
  statesBefore,
} from './session-state.ts';

const states = Object.keys(sessionTransitions) as SessionState[];
const triggers: readonly SessionTrigger[] = [
  'assign',
  'accept',
  'lease-expired',
  'stop',
  'give-up',
  'end-success',
  'end-warning',
  'end-failed',
  'end-stopped',
];

/** Applies the triggers that apply, as the store does. */
function run(path: readonly SessionTrigger[], from: SessionState = 'queued'): SessionState {
  return path.reduce((state, trigger) => nextState(state, trigger) ?? state, from);
}

const anyPath = fc.array(fc.constantFrom(...triggers), { maxLength: 30 });

describe('session states', () => {
  it('are open or final, never both', () => {
    expect(states.filter((state) => !isFinal(state)).sort()).toEqual([...openStates].sort());
  });

  it('never leave a final state', () => {
    fc.assert(
      fc.property(anyPath, fc.constantFrom(...triggers), (path, trigger) => {
        const state = run(path);
        if (isFinal(state)) expect(nextState(state, trigger)).toBeUndefined();
      }),
    );
  });

  it('never run what was never assigned', () => {
    fc.assert(
      fc.property(anyPath, (path) => {
        const started = path.indexOf('assign');
        const before = started < 0 ? path : path.slice(0, started);
        expect(['queued', 'stopped', 'failed']).toContain(run(before));
      }),
    );
  });

  it('never run again what was to be stopped', () => {
    fc.assert(
      fc.property(anyPath, anyPath, (before, after) => {
        const stopped = run([...before, 'stop']);
        const state = run(after, stopped);
        expect(isFinal(state) || state === 'stopping').toBe(true);
      }),
    );
  });

  it('take the result of the proxy wherever an attempt is out', () => {
    for (const state of ['assigned', 'running', 'lost', 'stopping'] as const) {
      expect(nextState(state, 'end-success')).toBe('success');
      expect(nextState(state, 'end-stopped')).toBe('stopped');
    }
    expect(nextState('queued', 'end-success')).toBeUndefined();
  });

  it('all have a way out that needs no proxy', () => {
    for (const state of openStates) {
      const giveUp = run(['lease-expired', 'stop', 'give-up'], state);
      expect(isFinal(giveUp), `${state} can be given up`).toBe(true);
    }
  });

  it('name for each trigger exactly the states that it applies to', () => {
    for (const trigger of triggers) {
      const applies = states.filter((state) => nextState(state, trigger) !== undefined);
      expect(statesBefore(trigger)).toEqual(applies);
    }
  });
});
