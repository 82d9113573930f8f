import type { LogState } from './state.ts';

/** The pack that a row of the relocation table names. */
export interface RelocatedTo {
  readonly pack: string;
  /** A look at the name itself found it; lists may lag. */
  readonly isStored: boolean;
}

/**
 * Whether a row of the relocation table stays. It may go once its pack was swept
 * and the name forgotten: then no root reaches the segment, and whoever knew it
 * (an open session, a kept index) is gone too. A row that goes earlier makes the
 * segment lie where it lay before, in a pack that may be deleted long ago.
 */
export function keepsRelocation(state: LogState, { pack, isStored }: RelocatedTo): boolean {
  return isStored || state.condemned.has(pack);
}
