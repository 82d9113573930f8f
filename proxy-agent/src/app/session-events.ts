import { SessionEvent } from '@firn/shared/gen/firn/link/v1/link';
import {
  type CheckFinding,
  Counts,
  type FailedItem,
  ObjectResult,
  type RestorePointCommitted,
} from '@firn/shared/gen/firn/link/v1/work';
import type { Clock } from '@firn/shared/time/clock';
import { addCounts, noCounts } from '../domain/counts.ts';
import type { Tally } from '../domain/work-outcome.ts';
import type { Journal, SessionKey } from '../ports/journal.ts';
import type { Wakeup } from './wakeup.ts';

export type EventBody = NonNullable<SessionEvent['event']>;

const resultKey = (objectId: string) => `result/${objectId}`;
const resultPrefix = 'result/';
const countsKey = 'counts';
const goodKey = 'good';
const statusPrefix = 'status/';
const positionKey = 'position';
const toldKey = (objectId: string) => `told/${objectId}`;

/** At most so many failed items travel with an object; the rest is counted. */
export const failedItemsMax: number = 1000;
const failedItemsBytesMax = 512 * 1024;

/**
 * The events of one attempt, durable before they leave. Results of objects are
 * held back until the commit that holds the objects: nobody is told of a
 * success that a kill can still undo.
 */
export class SessionEvents {
  readonly #options: SessionEventsOptions;
  #counts: Counts;
  #good: number;
  /** Objects whose newest result is failed or a warning; and other troubles, by name. */
  readonly #troubled: Map<string, string>;

  private constructor(options: SessionEventsOptions, told: Told) {
    this.#options = options;
    this.#counts = told.counts;
    this.#good = told.good;
    this.#troubled = told.troubled;
  }

  static async open(options: SessionEventsOptions): Promise<SessionEvents> {
    const { journal, key } = options;
    const counts = await journal.note(key.sessionId, countsKey);
    const good = await journal.note(key.sessionId, goodKey);
    const troubled = new Map<string, string>();
    for (const [note, status] of await journal.notes(key.sessionId, statusPrefix)) {
      troubled.set(note.slice(statusPrefix.length), decodeText(status));
    }
    return new SessionEvents(options, {
      counts: counts === undefined ? noCounts() : Counts.decode(counts),
      good: good === undefined ? 0 : Number(decodeText(good)),
      troubled,
    });
  }

  /** Sums of all results that were released, also by earlier processes. */
  get counts(): Counts {
    return this.#counts;
  }

  /** Over the newest results of all objects. */
  get tally(): Tally {
    const statuses = [...this.#troubled.values()];
    const bad = statuses.filter((status) => status === 'failed').length;
    return { good: this.#good, partial: statuses.length - bad, bad };
  }

  async emit(event: EventBody): Promise<void> {
    await this.#write([event], {});
  }

  async log(level: 'info' | 'warning' | 'error', message: string): Promise<void> {
    await this.emit({ $case: 'log', value: { level, message } });
  }

  /**
   * What a check found, and how far it came, in one write: whoever goes on from
   * there tells nothing twice. An error makes the session a warning.
   */
  async findings(values: readonly CheckFinding[], position: string): Promise<void> {
    const put: Record<string, Uint8Array> = { [positionKey]: encodeText(position) };
    if (values.some(({ severity }) => severity === 'error')) {
      this.#troubled.set('findings', 'warning');
      put[`${statusPrefix}findings`] = encodeText('warning');
    }
    await this.#write(
      values.map((value): EventBody => ({ $case: 'finding', value })),
      { put },
    );
  }

  /** What findings was last given, also by an earlier process. */
  async position(): Promise<string | undefined> {
    const { journal, key } = this.#options;
    const note = await journal.note(key.sessionId, positionKey);
    return note && decodeText(note);
  }

  /** Tells events of something that makes the session a warning, once per name. */
  async trouble(name: string, events: readonly EventBody[]): Promise<void> {
    this.#troubled.set(name, 'warning');
    await this.#write(events, { put: { [statusPrefix + name]: encodeText('warning') } });
  }

  /** Keeps the result until release; a later result of the same object replaces it. */
  async hold(result: ObjectResult): Promise<void> {
    const { journal, key } = this.#options;
    const bytes = ObjectResult.encode(trimmed(result)).finish();
    await journal.write(key, { put: { [resultKey(result.objectId)]: bytes } });
  }

  /** Tells a result at once: of an object that no commit will hold. */
  async result(result: ObjectResult): Promise<void> {
    const told = { [toldKey(result.objectId)]: encodeText('') };
    await this.#release([trimmed(result)], [], told);
  }

  /** Whether result told of the object, also in an earlier process: it is not counted twice. */
  async isTold(objectId: string): Promise<boolean> {
    const { journal, key } = this.#options;
    return (await journal.note(key.sessionId, toldKey(objectId))) !== undefined;
  }

  /**
   * The objects are committed: tells their held results, then the event of the
   * commit. Objects without a held result were told before.
   * @param counts of the session itself since the last commit
   */
  async committed(
    objectIds: Iterable<string>,
    commit: RestorePointCommitted,
    counts: Partial<Counts> = {},
  ): Promise<void> {
    const { journal, key } = this.#options;
    const held: ObjectResult[] = [];
    for (const objectId of objectIds) {
      const bytes = await journal.note(key.sessionId, resultKey(objectId));
      if (bytes !== undefined) held.push(ObjectResult.decode(bytes));
    }
    this.#counts = addCounts(this.#counts, { ...noCounts(), ...counts });
    await this.#release(held, [{ $case: 'restorePoint', value: commit }]);
  }

  /** Ids of the objects whose results are held. */
  async held(): Promise<string[]> {
    const { journal, key } = this.#options;
    const notes = await journal.notes(key.sessionId, resultPrefix);
    return [...notes.keys()].map((note) => note.slice(resultPrefix.length));
  }

  async end(value: Extract<EventBody, { $case: 'ended' }>['value']): Promise<void> {
    await this.#write([{ $case: 'ended', value }], { ends: true });
  }

  async #release(
    results: readonly ObjectResult[],
    after: readonly EventBody[],
    notes: Readonly<Record<string, Uint8Array>> = {},
  ): Promise<void> {
    const put: Record<string, Uint8Array> = { ...notes };
    const remove: string[] = [];
    for (const { objectId, status, counts } of results) {
      // What is stored is counted by the session: objects share packs.
      this.#counts = addCounts(this.#counts, counts && { ...counts, storedBytes: 0n });
      remove.push(resultKey(objectId));
      if (status === 'failed' || status === 'warning') {
        this.#troubled.set(objectId, status);
        put[statusPrefix + objectId] = encodeText(status);
      } else {
        this.#good += 1;
        if (this.#troubled.delete(objectId)) remove.push(statusPrefix + objectId);
      }
    }
    put[countsKey] = Counts.encode(this.#counts).finish();
    put[goodKey] = encodeText(String(this.#good));
    const events = results.map((value): EventBody => ({ $case: 'object', value }));
    await this.#write([...events, ...after], { put, remove });
  }

  async #write(
    events: readonly EventBody[],
    change: { put?: Record<string, Uint8Array>; remove?: string[]; ends?: boolean },
  ): Promise<void> {
    const { journal, key, clock, wakeup } = this.#options;
    const at = new Date(clock.now());
    const encoded = events.map((event) =>
      SessionEvent.encode({ ...key, sequence: 0n, at, event }).finish(),
    );
    await journal.write(key, { ...change, events: encoded });
    wakeup.wake();
  }
}

export interface SessionEventsOptions {
  readonly key: SessionKey;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly wakeup: Wakeup;
}

/** What earlier processes told of the session. */
interface Told {
  readonly counts: Counts;
  readonly good: number;
  readonly troubled: Map<string, string>;
}

function encodeText(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function decodeText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Keeps a message far below the 1 MiB of the link. */
function trimmed(result: ObjectResult): ObjectResult {
  let bytes = 0;
  const kept: FailedItem[] = [];
  for (const item of result.failedItems.slice(0, failedItemsMax)) {
    bytes += 200 + 3 * (item.name.length + item.itemId.length + item.folder.length);
    if (bytes > failedItemsBytesMax) break;
    kept.push(item);
  }
  return { ...result, failedItems: kept };
}
