import { AppError } from '../../errors/app-error.ts';
import type { BlobStore, Clock, Entropy } from '../ports.ts';
import { readNewestCheckpoint, writeCheckpoint } from './checkpoint.ts';
import type { EntryCodec } from './codec.ts';
import { salvageLog } from './damaged-log.ts';
import type { EntryBody, LogEntry } from './entry.ts';
import { putEntry } from './put-entry.ts';
import { assertFollows, type LogReading, readEntry } from './read-log.ts';
import { type LogRules, standardRules } from './rules.ts';
import {
  applyEntry,
  emptyLogState,
  type LogAlarm,
  type LogState,
  type StoredEntry,
} from './state.ts';

export interface LogPorts {
  readonly store: BlobStore;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

export interface RepositoryLogOptions {
  readonly ports: LogPorts;
  readonly codec: EntryCodec;
  readonly rules?: LogRules;
  /** A checkpoint is written after every such number of entries. Default 100. */
  readonly checkpointEvery?: number;
  /** Called once for each void entry that is read: none should ever be. */
  readonly onAlarm?: (alarm: LogAlarm) => void;
  readonly signal?: AbortSignal;
}

/**
 * What to append, decided anew on every state on which it is tried; undefined:
 * nothing is left to do. MUST have no effect but its answer. What it throws,
 * append throws.
 */
export type Propose = (state: LogState) => EntryBody | undefined | Promise<EntryBody | undefined>;

export interface Appended {
  readonly n: number;
  readonly entryId: string;
  readonly body: EntryBody;
  /** The state after the entry. */
  readonly state: LogState;
}

const entryIdBytes = 16;
const checkpointEveryDefault = 100;

/**
 * A reader, and after takeOwnership the writer, of one repository's log. Calls
 * may overlap; appends and refreshes run one after the other.
 */
export class RepositoryLog {
  readonly rules: LogRules;
  readonly ports: LogPorts;
  readonly #codec: EntryCodec;
  readonly #checkpointEvery: number;
  readonly #onAlarm: (alarm: LogAlarm) => void;
  #state: LogState = emptyLogState;
  #epoch: number | undefined;
  #passedOver: readonly number[] = [];
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(options: RepositoryLogOptions) {
    this.ports = options.ports;
    this.rules = options.rules ?? standardRules;
    this.#codec = options.codec;
    this.#checkpointEvery = options.checkpointEvery ?? checkpointEveryDefault;
    this.#onAlarm = options.onAlarm ?? (() => {});
  }

  /** Reads the log to its end: from the newest usable checkpoint, or from entry 0. */
  static async open(options: RepositoryLogOptions): Promise<RepositoryLog> {
    const log = new RepositoryLog(options);
    const checkpoint = await readNewestCheckpoint(log.#reading(options.signal));
    if (checkpoint !== undefined) log.#state = checkpoint;
    await log.refresh(options.signal);
    return log;
  }

  /** As open, past entries that cannot be read: for check, repair and rescue. */
  static async openDamaged(options: RepositoryLogOptions): Promise<RepositoryLog> {
    const log = new RepositoryLog(options);
    const reading = log.#reading(options.signal);
    const checkpoint = await readNewestCheckpoint(reading);
    const { state, damaged } = await salvageLog(reading, checkpoint ?? emptyLogState);
    log.#state = state;
    log.#passedOver = damaged;
    return log;
  }

  /** Entries that openDamaged could not read. */
  get passedOver(): readonly number[] {
    return this.#passedOver;
  }

  /** As of the last refresh or append. */
  get state(): LogState {
    return this.#state;
  }

  /** The epoch under which this process writes; undefined: it only reads. */
  get epoch(): number | undefined {
    return this.#epoch;
  }

  /** Called by takeOwnership alone. */
  adoptEpoch(epoch: number): void {
    this.#epoch = epoch;
  }

  /** Rule 3: reads entries until there is none. Never lists. */
  refresh(signal?: AbortSignal): Promise<LogState> {
    return this.#inTurn(() => this.#readOn(signal));
  }

  /**
   * Appends what propose answers, at the first n that it wins; undefined when
   * propose wants nothing more. Fails with E_REPOSITORY_FENCED once another
   * process owns the repository, and with E_REPOSITORY_ENTRY_VOID before
   * putting what would be void. After any other error the entry may still be
   * (or come to be) in the log: propose again.
   */
  append(propose: Propose, signal?: AbortSignal): Promise<Appended | undefined> {
    return this.#inTurn(async () => {
      await this.#readOn(signal);
      return this.#appendUntilWon(propose, () => this.#ownEpoch(), signal);
    });
  }

  /** append for an owner entry, which is written under the epoch that it ends. */
  appendOwner(propose: Propose, signal?: AbortSignal): Promise<Appended | undefined> {
    return this.#inTurn(async () => {
      await this.#readOn(signal);
      return this.#appendUntilWon(propose, (state) => state.owner?.epoch ?? 0, signal);
    });
  }

  async #appendUntilWon(
    propose: Propose,
    epochOf: (state: LogState) => number,
    signal: AbortSignal | undefined,
  ): Promise<Appended | undefined> {
    for (;;) {
      const epoch = epochOf(this.#state);
      const body = await propose(this.#state);
      if (body === undefined) return undefined;
      const entry = this.#envelope(body, epoch);
      this.#refuseVoid(entry);
      const { won, stored } = await putEntry(this.#reading(signal), this.rules, entry);
      await this.#take(stored, signal);
      const { n, entryId } = entry;
      if (won) return { n, entryId, body, state: this.#state };
      await this.#readOn(signal);
    }
  }

  #envelope(body: EntryBody, epoch: number): LogEntry {
    const id = this.ports.entropy.randomBytes(entryIdBytes);
    return {
      n: this.#state.head + 1,
      entryId: Buffer.from(id).toString('hex'),
      previousDigest: this.#state.digest,
      epoch,
      body,
    };
  }

  #ownEpoch(): number {
    const epoch = this.#epoch;
    const owner = this.#state.owner;
    if (epoch !== undefined && owner?.epoch === epoch) return epoch;
    const own = epoch === undefined ? 'this process never owned it' : `ours was epoch ${epoch}`;
    throw new AppError(
      'E_REPOSITORY_FENCED',
      `the repository is owned under epoch ${owner?.epoch ?? 0}, ${own}`,
      { context: { epoch, ownerEpoch: owner?.epoch } },
    );
  }

  #refuseVoid(entry: LogEntry): void {
    const reason = this.rules.judge(this.#state, entry);
    if (reason === undefined) return;
    throw new AppError(
      'E_REPOSITORY_ENTRY_VOID',
      `${entry.body.type} entry ${entry.n} would be void: ${reason}`,
      { context: { n: entry.n, type: entry.body.type } },
    );
  }

  async #readOn(signal: AbortSignal | undefined): Promise<LogState> {
    const reading = this.#reading(signal);
    for (;;) {
      const stored = await readEntry(reading, this.#state.head + 1);
      if (stored === undefined) return this.#state;
      await this.#take(stored, signal);
    }
  }

  async #take(stored: StoredEntry, signal: AbortSignal | undefined): Promise<void> {
    assertFollows(this.#state.digest, stored);
    const { state, alarm } = applyEntry(this.#state, stored, this.rules.judge);
    this.#state = state;
    if (alarm !== undefined) this.#onAlarm(alarm);
    const isDue = this.#epoch !== undefined && (state.head + 1) % this.#checkpointEvery === 0;
    if (isDue) await writeCheckpoint(this.#reading(signal), state);
  }

  #reading(signal: AbortSignal | undefined): LogReading {
    const { store, clock } = this.ports;
    return { store, clock, codec: this.#codec, signal };
  }

  #inTurn<T>(operation: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(operation);
    this.#turn = result.catch(() => {});
    return result;
  }
}
