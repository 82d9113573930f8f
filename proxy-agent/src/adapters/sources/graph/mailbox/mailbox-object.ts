import type { KnownState, SourceChange, SourceObject } from '../../../../ports/source.ts';
import type { MailboxAccess } from './mailbox-api.ts';
import { MailboxSession } from './mailbox-session.ts';
import { decodeMailboxState, type MailboxSyncState } from './sync-state.ts';

/** A mailbox, read by the mailbox import and export API. */
export class MailboxObject implements SourceObject {
  readonly #access: MailboxAccess;

  constructor(access: MailboxAccess) {
    this.#access = access;
  }

  async *changes(
    syncState: Uint8Array | undefined,
    known: KnownState,
    signal: AbortSignal,
  ): AsyncGenerator<SourceChange> {
    // Ends what runs ahead when the reader stops early.
    const stopped = new AbortController();
    const own = AbortSignal.any([signal, stopped.signal]);
    const state = this.#usable(syncState);
    yield modeOf(syncState, state);
    try {
      yield* new MailboxSession({ access: this.#access, state, known, signal: own }).run();
    } finally {
      stopped.abort();
    }
  }

  /** A state of another mailbox (the user got a new one) says nothing about this one. */
  #usable(syncState: Uint8Array | undefined): MailboxSyncState | undefined {
    const state = syncState === undefined ? undefined : decodeMailboxState(syncState);
    return state?.mailboxId === this.#access.mailboxId ? state : undefined;
  }
}

function modeOf(
  syncState: Uint8Array | undefined,
  state: MailboxSyncState | undefined,
): SourceChange {
  if (state !== undefined) return { type: 'mode', mode: 'incremental' };
  return syncState === undefined
    ? { type: 'mode', mode: 'full' }
    : { type: 'mode', mode: 'full', reason: 'the sync state is of another mailbox or version' };
}
