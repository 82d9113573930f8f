/**
 * States of a retrieval:
 *
 * - `planning`: the proxy looks up what is needed; nothing is thawed
 * - `planned`: it is known what it would cost; nothing is thawed. After a day it expires
 * - `retrieving`: packs thaw; what is warm can be read already
 * - `retrieved`: all can be read, until the availability period ends
 * - `extending`: the same, and the period is being prolonged
 * - `removing`: the copies are being deleted, because of time or a user
 * - `expired`: the copies are gone; final
 * - `cancelled`: a user ended it before it was retrieved, and the copies are gone; final
 * - `failed`: not all packs could be retrieved; what was can only be removed
 *
 * A removal that failed leaves `removing`, and is started again.
 */
export const retrievalStates = [
  'planning',
  'planned',
  'retrieving',
  'retrieved',
  'extending',
  'removing',
  'expired',
  'cancelled',
  'failed',
] as const;

export type RetrievalState = (typeof retrievalStates)[number];

/**
 * `kept`: an extension ended, whatever it came to. `lapse`: nobody started a plan. `cancelled`: the
 * copies of what a user cancelled are gone.
 */
export type RetrievalTrigger =
  | 'plan'
  | 'start'
  | 'ready'
  | 'fail'
  | 'extend'
  | 'kept'
  | 'cancel'
  | 'lapse'
  | 'remove'
  | 'removed'
  | 'cancelled';

type Row = Readonly<Partial<Record<RetrievalTrigger, RetrievalState>>>;

export const retrievalTransitions: Readonly<Record<RetrievalState, Row>> = {
  planning: { plan: 'planned', fail: 'failed', cancel: 'cancelled' },
  planned: { start: 'retrieving', cancel: 'cancelled', lapse: 'expired' },
  retrieving: { ready: 'retrieved', fail: 'failed', cancel: 'removing' },
  retrieved: { extend: 'extending', remove: 'removing', removed: 'expired' },
  extending: { ready: 'retrieved', kept: 'retrieved' },
  removing: { remove: 'removing', removed: 'expired', cancelled: 'cancelled' },
  failed: { remove: 'removing', removed: 'expired' },
  expired: {},
  cancelled: {},
};

/** Packs that are warm can be read. */
export function isReadable(state: RetrievalState): boolean {
  return state === 'retrieving' || state === 'retrieved' || state === 'extending';
}

export function nextRetrievalState(
  from: RetrievalState,
  trigger: RetrievalTrigger,
): RetrievalState | undefined {
  return retrievalTransitions[from][trigger];
}

export function retrievalStatesBefore(trigger: RetrievalTrigger): RetrievalState[] {
  return retrievalStates.filter((state) => nextRetrievalState(state, trigger) !== undefined);
}
