import { AppError } from '../../errors/app-error.ts';
import { invariant } from '../../errors/invariant.ts';
import type { CommitBody, RelocateBody } from './entry.ts';
import type { RepositoryLog } from './repository-log.ts';
import { type LogRules, standardRules } from './rules.ts';
import { mendableRoots } from './state/roots.ts';
import type { LogState } from './state.ts';

export interface SessionRef {
  readonly jobId: string;
  readonly sessionId: string;
}

export interface SessionAttempt extends SessionRef {
  readonly attempt: number;
}

/**
 * Starts a session, or takes it over when it is open already (rule 4); answers
 * the attempt. Fails with E_REPOSITORY_JOB_BUSY when another session of the job is
 * open, and with E_SESSION_SUPERSEDED when the session has ended.
 */
export async function beginSession(
  log: RepositoryLog,
  { jobId, sessionId }: SessionRef,
): Promise<number> {
  const appended = await log.append((state) => {
    const known = state.sessions.get(sessionId);
    if (known !== undefined && known.phase !== 'open') throw ended(sessionId, known.phase);
    const open = state.openSessions.get(jobId);
    if (open !== undefined && open !== sessionId) throw jobIsBusy(jobId, open);
    return { type: 'begin', jobId, sessionId, attempt: (known?.attempt ?? 0) + 1 };
  });
  const session = appended?.state.sessions.get(sessionId);
  invariant(session !== undefined, `session ${sessionId} is not in the log that it began in`);
  return session.attempt;
}

/**
 * Ends the session that the job still has open in the log, before another one
 * begins. The controller has one open session per job: once it assigned
 * sessionId, any other is over, and whoever ran it could not say so. Nothing
 * happens when sessionId itself has ended, so that a late one ends nobody.
 * @param signal aborts when sessionId is no longer wanted
 */
export async function closeOtherSession(
  log: RepositoryLog,
  { jobId, sessionId }: SessionRef,
  signal?: AbortSignal,
): Promise<void> {
  await log.append((state) => {
    signal?.throwIfAborted();
    const known = state.sessions.get(sessionId);
    const open = state.openSessions.get(jobId);
    const isOver = known !== undefined && known.phase !== 'open';
    if (isOver || open === undefined || open === sessionId) return undefined;
    return { type: 'close', jobId, sessionId: open };
  });
}

export interface Commit extends SessionAttempt {
  readonly objects: CommitBody['objects'];
  /** Packs that this commit is the first to refer to. */
  readonly packs: readonly string[];
  /**
   * Every pack that the roots of objects reach, `packs` and meta packs included.
   * Asked on each state on which the commit is tried, since a relocate may have
   * moved what the roots reach.
   */
  readonly references: (state: LogState) => Iterable<string> | Promise<Iterable<string>>;
  readonly done: boolean;
}

/**
 * Commits finished objects. Fails with E_REPOSITORY_PACK_CONDEMNED when one of
 * the references is condemned (rule 8: store that content anew and commit again),
 * and with E_SESSION_SUPERSEDED when the session ended or has a later attempt.
 */
export async function commitSession(log: RepositoryLog, commit: Commit): Promise<void> {
  const { jobId, sessionId, attempt, objects, packs, references, done } = commit;
  await log.append(async (state) => {
    assertOurs(log, state, { jobId, sessionId, attempt });
    const referenced = await references(state);
    assertPacksNotCondemned(state, new Set([...referenced, ...packs]), log.rules);
    return { type: 'commit', jobId, sessionId, attempt, objects, packs, done };
  });
}

export interface Relocation extends SessionAttempt {
  readonly root: RelocateBody['root'];
  readonly after: RelocateBody['after'];
  readonly packs: RelocateBody['packs'];
  /** Asked on each state on which the relocation is tried: false gives it up. Default: always. */
  readonly isWanted?: ((state: LogState) => Promise<boolean>) | undefined;
}

/**
 * Says where segments lie from here on. Checked as a commit is.
 * @returns false when it was given up
 */
export async function relocateSegments(
  log: RepositoryLog,
  relocation: Relocation,
): Promise<boolean> {
  const { jobId, sessionId, attempt, root, after, packs, isWanted } = relocation;
  const appended = await log.append(async (state) => {
    assertOurs(log, state, relocation);
    assertPacksNotCondemned(state, packs, log.rules);
    if (isWanted !== undefined && !(await isWanted(state))) return undefined;
    return { type: 'relocate', jobId, sessionId, attempt, root, after, packs };
  });
  return appended !== undefined;
}

export interface Mending extends SessionAttempt {
  /**
   * Old root → new root. Left out are those that are no roots any more, and those
   * that an open session builds upon.
   */
  readonly roots: ReadonlyMap<string, string>;
  /**
   * Packs that the new roots are the first to refer to. What else they reach the
   * old ones reach too, and no pack is condemned that a root reaches.
   */
  readonly packs: readonly string[];
}

/**
 * Says what is shown in place of damaged states. Checked as a commit is.
 * @returns the old roots that were replaced
 */
export async function mendRoots(
  log: RepositoryLog,
  mending: Mending,
): Promise<ReadonlySet<string>> {
  const { jobId, sessionId, attempt, packs } = mending;
  const appended = await log.append((state) => {
    assertOurs(log, state, mending);
    const mendable = mendableRoots(state);
    const wanted = [...mending.roots].filter(([root]) => mendable.has(root));
    const roots = Object.fromEntries(wanted);
    if (wanted.length === 0) return undefined;
    assertPacksNotCondemned(state, packs, log.rules);
    return { type: 'mend', jobId, sessionId, attempt, roots, packs };
  });
  return new Set(appended?.body.type === 'mend' ? Object.keys(appended.body.roots) : []);
}

/** Ends a session that will not be finished. Nothing happens to one that has ended. */
export async function closeSession(
  log: RepositoryLog,
  { jobId, sessionId }: SessionRef,
): Promise<void> {
  await log.append((state) => {
    const open = state.sessions.get(sessionId)?.phase === 'open';
    return open ? { type: 'close', jobId, sessionId } : undefined;
  });
}

/** Rule 8, for use in propose. Fails with E_REPOSITORY_PACK_CONDEMNED. */
export function assertPacksNotCondemned(
  state: LogState,
  packNames: Iterable<string>,
  rules: Pick<LogRules, 'condemnedAmong'> = standardRules,
): void {
  const condemned = rules.condemnedAmong(state, packNames);
  const [first] = condemned;
  if (first === undefined) return;
  throw new AppError(
    'E_REPOSITORY_PACK_CONDEMNED',
    `${condemned.length} packs that the commit refers to are condemned, ${first} among them`,
    { context: { count: condemned.length, pack: first } },
  );
}

function assertOurs(log: RepositoryLog, state: LogState, ours: SessionAttempt): void {
  const session = state.sessions.get(ours.sessionId);
  if (session === undefined) return;
  const { phase, attempt } = session;
  if (!log.rules.isSessionOpen(state, ours.sessionId)) throw ended(ours.sessionId, phase);
  if (attempt === ours.attempt) return;
  throw new AppError(
    'E_SESSION_SUPERSEDED',
    `attempt ${ours.attempt} of session ${ours.sessionId} was superseded by ${attempt}`,
    { context: { sessionId: ours.sessionId, attempt: ours.attempt } },
  );
}

function ended(sessionId: string, phase: string): AppError {
  return new AppError('E_SESSION_SUPERSEDED', `session ${sessionId} is ${phase}`, {
    context: { sessionId },
  });
}

function jobIsBusy(jobId: string, openSessionId: string): AppError {
  return new AppError(
    'E_REPOSITORY_JOB_BUSY',
    `job ${jobId} has the open session ${openSessionId}`,
    { context: { jobId, openSessionId } },
  );
}
