import { describe, expect, it } from 'vitest';
import {
  nextRetrievalState,
  type RetrievalState,
  type RetrievalTrigger,
  retrievalStates,
  retrievalStatesBefore,
} from './retrieval-state.ts';

function path(from: RetrievalState, ...triggers: RetrievalTrigger[]): RetrievalState | undefined {
  let state: RetrievalState | undefined = from;
  for (const trigger of triggers) state = state && nextRetrievalState(state, trigger);
  return state;
}

describe('retrieval states', () => {
  it('lead from a plan over retrieved and removing to expired', () => {
    expect(path('planning', 'plan', 'start', 'ready')).toBe('retrieved');
    expect(path('retrieved', 'extend', 'ready', 'remove', 'removed')).toBe('expired');
  });

  it('let a removal be started again, and a failed retrieval be removed', () => {
    expect(retrievalStatesBefore('remove')).toEqual(['retrieved', 'removing', 'failed']);
  });

  it('let an extension that failed leave what was', () => {
    expect(path('retrieved', 'extend', 'kept')).toBe('retrieved');
    expect(nextRetrievalState('retrieved', 'kept')).toBeUndefined();
  });

  it('delete the copies of what is cancelled while it is retrieving', () => {
    expect(path('retrieving', 'cancel', 'cancelled')).toBe('cancelled');
    expect(path('planned', 'cancel')).toBe('cancelled');
    expect(nextRetrievalState('retrieved', 'cancel')).toBeUndefined();
  });

  it('do not remove what is still retrieving, nor make ready what failed or expired', () => {
    expect(nextRetrievalState('retrieving', 'remove')).toBeUndefined();
    expect(retrievalStatesBefore('ready')).toEqual(['retrieving', 'extending']);
  });

  it('end in expired and cancelled alone', () => {
    const triggers = [
      'plan',
      'start',
      'ready',
      'fail',
      'extend',
      'kept',
      'cancel',
      'lapse',
    ] as const;
    const final = retrievalStates.filter((state) =>
      [...triggers, 'remove' as const, 'removed' as const, 'cancelled' as const].every(
        (trigger) => nextRetrievalState(state, trigger) === undefined,
      ),
    );
    expect(final).toEqual(['expired', 'cancelled']);
  });
});
