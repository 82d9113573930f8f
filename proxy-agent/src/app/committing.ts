import type { Counts } from '@firn/shared/gen/firn/link/v1/work';
import type { Repository } from '@firn/shared/repository/repository';
import type {
  Committed,
  RepositorySession,
} from '@firn/shared/repository/session/repository-session';
import type { SessionContext } from './session-context.ts';

export interface CommittingOptions {
  readonly context: Pick<SessionContext, 'events' | 'clock' | 'key'>;
  readonly repository: Repository;
  readonly session: RepositorySession;
  /** Requests to the service so far, for the session's counts. */
  readonly requests?: (() => { readonly http: number; readonly batched: number }) | undefined;
}

type OwnCounts = Pick<Counts, 'requests' | 'batchedRequests' | 'storedBytes' | 'packs' | 'puts'>;

/** The commits of one session: one at a time, each told once it stands in the log. */
export class Committing {
  readonly #options: CommittingOptions;
  readonly #refused: string[] = [];
  #last: Promise<unknown> = Promise.resolve();
  #counted = { requests: 0n, batchedRequests: 0n, storedBytes: 0n, packs: 0n, puts: 0n };

  constructor(options: CommittingOptions) {
    this.#options = options;
  }

  /** Commits what is finished. */
  commit(done: boolean): Promise<void> {
    const turn = this.#last.then(() => this.#commit(done));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Ids of objects that must be read in full, since the last call. */
  takeRefused(): string[] {
    return this.#refused.splice(0);
  }

  /** Commits at every interval until the signal aborts. */
  async everyInterval(intervalMs: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options.context;
    for (;;) {
      await clock.sleep(intervalMs, signal).catch(() => undefined);
      if (signal.aborted) return;
      await this.commit(false);
    }
  }

  async #commit(done: boolean): Promise<void> {
    const { session } = this.#options;
    const committed = await session.commit({ done });
    this.#refused.push(...committed.refused);
    const { events } = this.#options.context;
    const waiting = done || committed.objects.length > 0;
    if (!waiting) return;
    const held = done ? await events.held() : committed.objects;
    await events.committed(held, restorePoint(this.#options, committed, done), this.#counts());
  }

  /** What the session itself did since the last commit. */
  #counts(): OwnCounts {
    const { storedBytes, packs, puts } = this.#options.session.totals();
    const { http, batched } = this.#options.requests?.() ?? { http: 0, batched: 0 };
    const before = this.#counted;
    this.#counted = {
      requests: BigInt(http),
      batchedRequests: BigInt(batched),
      storedBytes: BigInt(storedBytes),
      packs: BigInt(packs),
      puts: BigInt(puts),
    };
    return {
      requests: this.#counted.requests - before.requests,
      batchedRequests: this.#counted.batchedRequests - before.batchedRequests,
      storedBytes: this.#counted.storedBytes - before.storedBytes,
      packs: this.#counted.packs - before.packs,
      puts: this.#counted.puts - before.puts,
    };
  }
}

/**
 * Tells what an earlier process committed but was killed before telling.
 * @param complete the session's commit with done stands in the log
 */
export async function tellCommitted(
  { context, repository }: Pick<CommittingOptions, 'context' | 'repository'>,
  point: { jobId: string; committed: ReadonlySet<string> | 'all'; complete: boolean },
): Promise<void> {
  const { events, key, clock } = context;
  const held = await events.held();
  const { committed } = point;
  const untold = committed === 'all' ? held : held.filter((id) => committed.has(id));
  if (untold.length === 0 && !point.complete) return;
  const { n, digest } = repository.head();
  const found = repository
    .restorePoints(point.jobId)
    .find((each) => each.pointId === key.sessionId);
  await events.committed(untold, {
    repositoryId: repository.repositoryId,
    jobId: point.jobId,
    restorePointId: key.sessionId,
    at: new Date(found?.committedAtMs ?? clock.now()),
    objects: found?.objects ?? untold.length,
    partial: found?.partial ?? false,
    logHead: BigInt(n),
    logDigest: Buffer.from(digest, 'hex'),
    done: point.complete,
  });
}

function restorePoint(
  { repository, session }: CommittingOptions,
  committed: Committed,
  done: boolean,
) {
  const { jobId, sessionId } = session;
  const found = repository.restorePoints(jobId).find((each) => each.pointId === sessionId);
  return {
    repositoryId: repository.repositoryId,
    jobId,
    restorePointId: sessionId,
    at: new Date(committed.atMs),
    objects: found?.objects ?? session.committedObjects.size,
    partial: found?.partial ?? committed.partial,
    logHead: BigInt(committed.head),
    logDigest: Buffer.from(committed.digest, 'hex'),
    done,
  };
}
