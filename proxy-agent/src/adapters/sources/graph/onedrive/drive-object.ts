import type { KnownState, SourceChange, SourceObject } from '../../../../ports/source.ts';
import type { DriveAccess } from './drive-api.ts';
import { DriveSession } from './drive-session.ts';
import { decodeDriveState } from './sync-state.ts';

/** A OneDrive, read by the delta of its root. */
export class DriveObject implements SourceObject {
  readonly #access: DriveAccess;

  constructor(access: DriveAccess) {
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
    const decoded = syncState === undefined ? undefined : decodeDriveState(syncState);
    // A state of another drive (the user got a new one) says nothing about this one.
    const state = decoded?.driveId === this.#access.driveId ? decoded : undefined;
    yield { type: 'mode', mode: state === undefined ? 'full' : 'incremental' };
    try {
      yield* new DriveSession({ access: this.#access, state, known, signal: own }).run();
    } finally {
      stopped.abort();
    }
  }
}
