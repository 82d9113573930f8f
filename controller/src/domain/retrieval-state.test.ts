import { describe, expect, it } from 'vitest';
import { nextRetrievalState, retrievalStatesBefore } from './retrieval-state.ts';

describe('retrieval states', () => {
  it('lead from retrieving over retrieved and removing to expired', () => {
    expect(nextRetrievalState('retrieving', 'ready')).toBe('retrieved');
    expect(nextRetrievalState('retrieved', 'remove')).toBe('removing');
    expect(nextRetrievalState('removing', 'removed')).toBe('expired');
  });

  it('let a removal be started again, and a failed retrieval be removed', () => {
    expect(retrievalStatesBefore('remove')).toEqual(['retrieved', 'removing', 'failed']);
  });

  it('do not remove what is still retrieving, nor make ready what failed or expired', () => {
    expect(nextRetrievalState('retrieving', 'remove')).toBeUndefined();
    expect(retrievalStatesBefore('ready')).toEqual(['retrieving']);
  });
});
