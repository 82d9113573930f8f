import { keepsRelocation } from '../log/relocation.ts';
import {
  beginSession,
  closeOtherSession,
  closeSession,
  relocateSegments,
  type SessionAttempt,
} from '../log/sessions.ts';
import type { LogState } from '../log/state.ts';
import type { SegmentLocation } from '../object/segment-place.ts';
import type { OpenContext } from '../open-context.ts';
import { writeRelocations } from '../relocation/write-relocations.ts';
import { SessionPacks } from '../session/session-packs.ts';

export interface MaintenanceOptions {
  /** As begun at the controller; its packs bear this id. */
  readonly sessionId: string;
  readonly signal?: AbortSignal | undefined;
}

/** Sessions that move segments are this job's, one at a time. */
export const maintenanceJobId = 'maintenance';

interface Begun {
  readonly ours: SessionAttempt;
  readonly packs: SessionPacks;
}

/**
 * What moves segments does so under one session of the log, which begins with the
 * first pack that is written. Interrupted, what it wrote and no entry names is
 * garbage, and nothing else has changed. Needs ownership.
 */
export class MaintenanceSession {
  readonly #context: OpenContext;
  readonly #options: MaintenanceOptions;
  /** Packs that were looked for. */
  readonly #isStored = new Map<string, boolean>();
  #begun: Begun | undefined;

  private constructor(context: OpenContext, options: MaintenanceOptions) {
    this.#context = context;
    this.#options = options;
  }

  /** One at a time in a repository: a table of moves follows the one before. */
  static run<T>(
    context: OpenContext,
    options: MaintenanceOptions,
    work: (session: MaintenanceSession) => Promise<T>,
  ): Promise<T> {
    return context.moving.run(async () => {
      const session = new MaintenanceSession(context, options);
      const result = await work(session);
      await session.#end();
      return result;
    });
  }

  /** Of this session. */
  async packs(): Promise<SessionPacks> {
    this.#begun ??= await this.#begin();
    return this.#begun.packs;
  }

  /**
   * From here on the segments lie there.
   * @param isWanted asked again just before: false leaves them where they are
   * @returns whether they were moved
   */
  async relocate(
    moved: ReadonlyMap<string, SegmentLocation>,
    isWanted?: (state: LogState) => Promise<boolean>,
  ): Promise<boolean> {
    if (moved.size === 0) return false;
    this.#begun ??= await this.#begin();
    const { ours, packs } = this.#begun;
    const { log, ports, keys, relocations } = this.#context;
    const { state } = log;
    const before = await relocations.tableOf(state);
    const keeps = (pack: string) => this.#keeps(pack);
    const { meta } = packs;
    const written = await writeRelocations({ ports, keys, meta, before, moved, keeps });
    await meta.flush();
    const data = new Set([...moved.values()].map(({ pack }) => pack));
    return relocateSegments(log, {
      ...{ ...ours, root: written.root },
      after: state.relocation?.n ?? -1,
      packs: [...data, ...written.packs],
      isWanted,
    });
  }

  async #begin(): Promise<Begun> {
    const { log, ports, keys } = this.#context;
    const { sessionId, signal } = this.#options;
    const session = { jobId: maintenanceJobId, sessionId };
    await closeOtherSession(log, session, signal);
    const attempt = await beginSession(log, session);
    const packs = new SessionPacks({ ports, keys, sessionId, attempt, epoch: log.epoch ?? 0 });
    return { ours: { ...session, attempt }, packs };
  }

  async #end(): Promise<void> {
    if (this.#begun !== undefined) await closeSession(this.#context.log, this.#begun.ours);
  }

  async #keeps(pack: string): Promise<boolean> {
    const { log, ports } = this.#context;
    const known = this.#isStored.get(pack);
    const isStored = known ?? (await ports.store.head(pack)) !== undefined;
    this.#isStored.set(pack, isStored);
    return keepsRelocation(log.state, { pack, isStored });
  }
}
