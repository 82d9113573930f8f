import { AppError } from '@firn/shared/errors/app-error';
import type {
  Journal,
  JournalChange,
  JournalledEvent,
  SessionKey,
} from '../../src/ports/journal.ts';

interface Entry {
  attempt: number;
  payload: Uint8Array;
  ended: boolean;
  nextSequence: number;
  notes: Map<string, Uint8Array>;
}

interface Kept extends JournalledEvent {
  readonly ends: boolean;
}

/** A journal in memory that outlives the "process" of a test. Copies what it takes. */
export class MemoryJournal implements Journal {
  readonly #entries = new Map<string, Entry>();
  #events: Kept[] = [];
  #position = 0;

  async accept({ sessionId, attempt, payload }: SessionKey & { payload: Uint8Array }) {
    const known = this.#entries.get(sessionId);
    if (known !== undefined && known.attempt > attempt) throw lost({ sessionId, attempt });
    if (known?.attempt === attempt) {
      known.payload = payload.slice();
      return;
    }
    let sequence = 0;
    this.#events = this.#events
      .filter((event) => event.sessionId !== sessionId || !event.ends)
      .map((event) =>
        event.sessionId === sessionId ? { ...event, attempt, sequence: ++sequence } : event,
      );
    const notes = known?.notes ?? new Map();
    const nextSequence = sequence + 1;
    const entry = { attempt, payload: payload.slice(), ended: false, nextSequence, notes };
    this.#entries.set(sessionId, entry);
  }

  async assignments() {
    return [...this.#entries.entries()]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([sessionId, { attempt, payload, ended }]) => ({ sessionId, attempt, payload, ended }));
  }

  async write(session: SessionKey, change: JournalChange) {
    const known = this.#entries.get(session.sessionId);
    if (known?.attempt !== session.attempt || known.ended) throw lost(session);
    const events = change.events ?? [];
    for (const [index, payload] of events.entries()) {
      const ends = change.ends === true && index === events.length - 1;
      const place = { position: ++this.#position, sequence: known.nextSequence++ };
      const { sessionId, attempt } = session;
      this.#events.push({ ...place, sessionId, attempt, payload: payload.slice(), ends });
    }
    known.ended = change.ends === true;
    for (const [key, value] of Object.entries(change.put ?? {}))
      known.notes.set(key, value.slice());
    for (const key of change.remove ?? []) known.notes.delete(key);
  }

  async note(sessionId: string, key: string) {
    return this.#entries.get(sessionId)?.notes.get(key);
  }

  async notes(sessionId: string, prefix: string) {
    const notes = this.#entries.get(sessionId)?.notes ?? new Map<string, Uint8Array>();
    const chosen = [...notes].filter(([key]) => key.startsWith(prefix));
    return new Map(chosen.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  async events(afterPosition: number, limit: number) {
    const behind = this.#events.filter((event) => event.position > afterPosition).slice(0, limit);
    return behind.map(({ ends: _, ...event }) => event);
  }

  async acknowledge({ sessionId, attempt }: SessionKey, upTo: number) {
    const known = this.#entries.get(sessionId);
    if (known?.attempt !== attempt) return false;
    this.#events = this.#events.filter(
      (event) => event.sessionId !== sessionId || event.sequence > upTo,
    );
    const complete = known.ended && upTo >= known.nextSequence - 1;
    if (complete) await this.forget({ sessionId, attempt });
    return complete;
  }

  async forget({ sessionId, attempt }: SessionKey) {
    if (this.#entries.get(sessionId)?.attempt !== attempt) return;
    this.#entries.delete(sessionId);
    this.#events = this.#events.filter((event) => event.sessionId !== sessionId);
  }

  async close() {}
}

function lost({ sessionId, attempt }: SessionKey): AppError {
  return new AppError('E_ASSIGNMENT_LOST', `attempt ${attempt} of ${sessionId} is not held`);
}
