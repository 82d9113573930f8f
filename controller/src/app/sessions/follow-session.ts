import type { Progress } from '@firn/shared/bus/progress';
import type { LogEntry, Session } from '../../domain/session.ts';
import { isFinal } from '../../domain/session-state.ts';
import type { AppContext } from '../context.ts';
import { found } from '../resources/found.ts';

/** What a follower gets; docs/openapi.json, followSession. */
export type FollowEvent =
  | { readonly event: 'snapshot' | 'session' | 'end'; readonly session: Session }
  | { readonly event: 'progress'; readonly progress: Progress }
  | { readonly event: 'log'; readonly entry: LogEntry }
  /** Nothing happened for a while: keeps the connection open. */
  | { readonly event: 'ping' };

export interface FollowOptions {
  /** Number of the last log line that the follower has; 0: none. */
  readonly afterLine: number;
  readonly pingMs: number;
  readonly signal: AbortSignal;
}

const linesPerRead = 500;

/**
 * Follows a session until it ended. A slow follower loses nothing but ticks in
 * between: each round reads what is new in the record, and the newest tick.
 */
export async function* followSession(
  context: AppContext,
  sessionId: string,
  options: FollowOptions,
): AsyncGenerator<FollowEvent> {
  const bell = makeBell(context, sessionId);
  try {
    const first = await readSession(context, sessionId);
    yield { event: 'snapshot', session: first };
    const seen = { line: options.afterLine, change: changeOf(first), tick: 0 };
    for (;;) {
      const session = await readSession(context, sessionId);
      yield* newLines(context, sessionId, seen);
      if (isFinal(session.state)) {
        yield { event: 'end', session };
        return;
      }
      yield* newState(session, seen);
      yield* newTick(context, sessionId, seen);
      if (!(await bell.rings(options.pingMs, options.signal))) yield { event: 'ping' };
      if (options.signal.aborted) return;
    }
  } finally {
    bell.close();
  }
}

interface Seen {
  line: number;
  change: string;
  tick: number;
}

async function readSession({ database }: AppContext, sessionId: string): Promise<Session> {
  return found('session', sessionId, await database.sessions.get(sessionId));
}

function changeOf(session: Session): string {
  return `${session.state} ${session.attempt} ${session.objectCounts.total}`;
}

async function* newLines(
  { database }: AppContext,
  sessionId: string,
  seen: Seen,
): AsyncGenerator<FollowEvent> {
  for (;;) {
    const entries = await database.sessions.logAfter(sessionId, seen.line, linesPerRead);
    for (const entry of entries) {
      yield { event: 'log', entry };
      seen.line = entry.number;
    }
    if (entries.length < linesPerRead) return;
  }
}

function* newState(session: Session, seen: Seen): Generator<FollowEvent> {
  const change = changeOf(session);
  if (change === seen.change) return;
  seen.change = change;
  yield { event: 'session', session };
}

function* newTick({ feed }: AppContext, sessionId: string, seen: Seen): Generator<FollowEvent> {
  const progress = feed.progressOf(sessionId);
  if (progress === undefined || progress.atMs <= seen.tick) return;
  seen.tick = progress.atMs;
  yield { event: 'progress', progress };
}

/** Rings once for any number of wakes since it was last waited for. */
function makeBell({ feed, clock }: AppContext, sessionId: string) {
  let rung = false;
  let wake = () => {};
  const close = feed.listen(sessionId, () => {
    rung = true;
    wake();
  });
  const rings = async (ms: number, signal: AbortSignal): Promise<boolean> => {
    if (!rung) {
      const over = new AbortController();
      wake = () => over.abort();
      await clock.sleep(ms, AbortSignal.any([over.signal, signal])).catch(() => {});
      wake = () => {};
    }
    const answer = rung;
    rung = false;
    return answer;
  };
  return { rings, close };
}
