import type { OwnedRoot } from '../check/root-owners.ts';
import { beginSession, closeOtherSession, closeSession, mendRoots } from '../log/sessions.ts';
import { maintenanceJobId } from '../maintenance/maintenance-session.ts';
import type { LostRecord } from '../object/lost-record.ts';
import { runsOf } from '../object/object-record.ts';
import type { OpenContext } from '../open-context.ts';
import type { PlacedRecord } from '../session/record-sheets.ts';
import { SessionPacks } from '../session/session-packs.ts';
import type { MendedState } from './mend-object.ts';

export interface BeginRepair {
  readonly sessionId: string;
  readonly signal?: AbortSignal | undefined;
  /** Awaited before each entry that replaces states. */
  readonly beforeEntry?: () => Promise<void>;
}

interface WaitingState {
  readonly root: string;
  readonly record: PlacedRecord;
  /** That it is the first to refer to, beside the record's. */
  readonly packs: readonly string[];
}

/** So many states are replaced by one entry of the log. */
const statesAtOnce = 1_000;

/** A session of the job `maintenance` that puts mended states in place of damaged ones. */
export class RepairSession {
  readonly packs: SessionPacks;
  readonly #context: OpenContext;
  readonly #beforeEntry: () => Promise<void>;
  readonly #session: { jobId: string; sessionId: string; attempt: number };
  #waiting: WaitingState[] = [];
  readonly #left: string[] = [];

  private constructor(context: OpenContext, begin: BeginRepair, attempt: number) {
    const { ports, keys, log } = context;
    const { sessionId, beforeEntry = async () => {} } = begin;
    this.#beforeEntry = beforeEntry;
    this.#context = context;
    this.#session = { jobId: maintenanceJobId, sessionId, attempt };
    this.packs = new SessionPacks({ ports, keys, sessionId, attempt, epoch: log.epoch ?? 0 });
  }

  /** Needs ownership. */
  static async begin(context: OpenContext, begin: BeginRepair): Promise<RepairSession> {
    const session = { jobId: maintenanceJobId, sessionId: begin.sessionId };
    await closeOtherSession(context.log, session, begin.signal);
    return new RepairSession(context, begin, await beginSession(context.log, session));
  }

  /** The session's part of entries of the log. */
  get attempt(): { readonly jobId: string; readonly sessionId: string; readonly attempt: number } {
    return this.#session;
  }

  /** @param foundIn packs that no state of the object may have referred to before */
  async replace({ owned, record }: MendedState, foundIn: Iterable<string>): Promise<void> {
    const placed = await this.packs.records.add(record, record.failedItems);
    const stored = 'inline' in record.state ? [] : [record.state.pack];
    const meta = [...runsOf(record).map(({ pack }) => pack), ...stored];
    const packs = [...meta.filter((pack) => this.packs.isOwn(pack)), ...foundIn];
    await this.#add({ root: owned.root, record: placed, packs });
  }

  /** The point shows that what it held is lost, and is partial. */
  async replaceLost({ root }: OwnedRoot, lost: LostRecord): Promise<void> {
    await this.#add({ root, record: await this.packs.records.add(lost, 1), packs: [] });
  }

  /**
   * All that was replaced is in the log.
   * @returns roots that were not replaced: a session that is open builds upon them, or they expired
   */
  async end(): Promise<readonly string[]> {
    await this.#enter();
    await closeSession(this.#context.log, this.#session);
    return this.#left;
  }

  async #add(state: WaitingState): Promise<void> {
    this.#waiting.push(state);
    if (this.#waiting.length >= statesAtOnce) await this.#enter();
  }

  async #enter(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    await this.packs.flush();
    if (waiting.length === 0) return;
    const packs = new Set(waiting.flatMap((state) => [...state.packs, state.record.pack ?? '']));
    const roots = new Map(waiting.map(({ root, record }) => [root, record.root]));
    await this.#beforeEntry();
    const mending = { ...this.#session, roots, packs: [...packs] };
    const replaced = await mendRoots(this.#context.log, mending);
    this.#left.push(...[...roots.keys()].filter((root) => !replaced.has(root)));
  }
}
