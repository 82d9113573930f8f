import type { Repository } from '@firn/shared/repository/repository';
import type { RepositorySession } from '@firn/shared/repository/session/repository-session';
import { Committing, type CommittingOptions, tellCommitted } from './committing.ts';
import { type SessionContext, stopReason } from './session-context.ts';

export interface WritingSession {
  /** The session's context; its signal also aborts when a commit failed. */
  readonly context: SessionContext;
  readonly session: RepositorySession;
  readonly committing: Committing;
}

export interface WritingTarget {
  readonly repository: Repository;
  readonly jobId: string;
  readonly requests?: CommittingOptions['requests'];
}

/**
 * Runs work inside a session of the repository, with commits at intervals, and
 * ends the session in the log whatever happens:
 *
 * - work resolved: committed with done
 * - shutdown: what is finished is committed; the session stays open
 * - lost: nothing more is written
 * - cancelled, or work failed: what is finished is committed, the session closed
 *
 * A session that the log already shows as done is not run again: only what an
 * earlier process did not live to tell is told.
 */
export async function withWritingSession(
  context: SessionContext,
  target: WritingTarget,
  work: (writing: WritingSession) => Promise<void>,
): Promise<void> {
  const { repository, jobId, requests } = target;
  const { signal, key } = context;
  const { sessionId } = key;
  const point = repository.restorePoints(jobId).find((each) => each.pointId === sessionId);
  if (point?.complete === true) {
    await tellCommitted({ context, repository }, { jobId, committed: 'all', complete: true });
    return;
  }
  const session = await repository.beginSession({ jobId, ...key, signal });
  const committed = session.committedObjects;
  await tellCommitted({ context, repository }, { jobId, committed, complete: false });
  const committing = new Committing({ context, repository, session, requests });
  try {
    await withInterval({ context, session, committing }, work);
    await committing.commit(true);
  } catch (error) {
    await leave({ context, session, committing });
    throw error;
  }
}

/** A commit at an interval that fails ends the work, and is what it failed with. */
async function withInterval(
  writing: WritingSession,
  work: (writing: WritingSession) => Promise<void>,
): Promise<void> {
  const { context, committing } = writing;
  const over = new AbortController();
  const broken = new AbortController();
  const ticking = AbortSignal.any([context.signal, over.signal]);
  const commits = committing
    .everyInterval(context.settings.commitIntervalMs, ticking)
    .catch((error: unknown) => broken.abort(error));
  const signal = AbortSignal.any([context.signal, broken.signal]);
  try {
    await work({ ...writing, context: { ...context, signal } });
  } finally {
    over.abort();
    await commits;
  }
  broken.signal.throwIfAborted();
}

/** Nothing here may hide why the work ended. */
async function leave({ context, session, committing }: WritingSession): Promise<void> {
  const reason = stopReason(context.signal);
  if (reason === 'lost') return;
  try {
    await committing.commit(false);
    if (reason !== 'shutdown') await session.close();
  } catch {
    // The session stays open in the log: the next attempt takes it over, or the
    // job's next session closes it.
  }
}
