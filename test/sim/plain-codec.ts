import { AppError } from '@firn/shared/errors/app-error';
import type { EntryCodec } from '@firn/shared/repository/log/codec';
import type { LogEntry } from '@firn/shared/repository/log/entry';
import type { LogState } from '@firn/shared/repository/log/state';
import {
  decodeLogState,
  encodeLogState,
  type LogStateJson,
} from '@firn/shared/repository/log/state/state-json';

/** Entries unsealed. Bytes that were decoded once are known again by identity. */
export class PlainCodec implements EntryCodec {
  readonly #entries = new WeakMap<Uint8Array, LogEntry>();
  readonly #checkpoints = new WeakMap<Uint8Array, LogState>();

  async encodeEntry(entry: LogEntry): Promise<Uint8Array> {
    const bytes = Buffer.from(JSON.stringify(entry));
    this.#entries.set(bytes, entry);
    return bytes;
  }

  async decodeEntry(n: number, stored: Uint8Array): Promise<LogEntry> {
    const entry = this.entryOf(stored);
    if (entry.n !== n) throw new AppError('E_REPOSITORY_DAMAGED', `entry ${n} is another`);
    return entry;
  }

  entryOf(stored: Uint8Array): LogEntry {
    const known = this.#entries.get(stored);
    if (known !== undefined) return known;
    const entry = JSON.parse(Buffer.from(stored).toString()) as LogEntry;
    this.#entries.set(stored, entry);
    return entry;
  }

  async digest(stored: Uint8Array): Promise<string> {
    return this.digestOf(stored);
  }

  /** The entry's random id stands for its bytes. */
  digestOf(stored: Uint8Array): string {
    return this.entryOf(stored).entryId;
  }

  async encodeCheckpoint(state: LogState): Promise<Uint8Array> {
    return Buffer.from(JSON.stringify(encodeLogState(state)));
  }

  async decodeCheckpoint(_n: number, stored: Uint8Array): Promise<LogState> {
    const known = this.#checkpoints.get(stored);
    if (known !== undefined) return known;
    const state = decodeLogState(JSON.parse(Buffer.from(stored).toString()) as LogStateJson);
    this.#checkpoints.set(stored, state);
    return state;
  }
}
