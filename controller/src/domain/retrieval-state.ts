/**
 * States of a retrieval:
 *
 * - `retrieving`: packs are being copied out of the archive class
 * - `retrieved`: all can be read, until the availability period ends
 * - `removing`: the copies are being deleted, because of time or a user
 * - `expired`: the copies are gone; final
 * - `failed`: not all packs could be retrieved; what was can only be removed
 *
 * A removal that failed leaves `removing`, and is started again.
 */
export type RetrievalState = 'retrieving' | 'retrieved' | 'removing' | 'expired' | 'failed';

export type RetrievalTrigger = 'ready' | 'fail' | 'remove' | 'removed';

type Row = Readonly<Partial<Record<RetrievalTrigger, RetrievalState>>>;

export const retrievalTransitions: Readonly<Record<RetrievalState, Row>> = {
  retrieving: { ready: 'retrieved', fail: 'failed' },
  retrieved: { remove: 'removing', removed: 'expired' },
  removing: { remove: 'removing', removed: 'expired' },
  failed: { remove: 'removing', removed: 'expired' },
  expired: {},
};

export function nextRetrievalState(
  from: RetrievalState,
  trigger: RetrievalTrigger,
): RetrievalState | undefined {
  return retrievalTransitions[from][trigger];
}

export function retrievalStatesBefore(trigger: RetrievalTrigger): RetrievalState[] {
  const states = Object.keys(retrievalTransitions) as RetrievalState[];
  return states.filter((state) => nextRetrievalState(state, trigger) !== undefined);
}
