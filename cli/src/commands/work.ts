import type { Session } from '@firn/shared/rest/schemas/session';
import type { Context } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { followToEnd } from '../follow-session.ts';
import { describeSession } from '../output/session-text.ts';

export interface WorkOptions {
  /** Print the session and return without waiting for its end. */
  readonly detach?: boolean;
}

export const detachOption = ['--detach', 'do not wait for the end of the session'] as const;

/** Waits for a session with progress, prints its outcome, sets the exit code. */
export async function finishWork(
  context: Context,
  session: Session,
  options: WorkOptions,
): Promise<Session> {
  const { terminal } = context;
  if (options.detach === true) {
    terminal.result(session, describeSession(session));
    return session;
  }
  const ended = await followToEnd(context, session);
  terminal.result(ended, describeSession(ended));
  context.exitWith(exitCodeOf(ended));
  return ended;
}

/** Of a session that has ended. */
export function exitCodeOf(session: Session): ExitCode {
  if (session.state === 'success') return exitCode.ok;
  return session.state === 'warning' ? exitCode.warning : exitCode.failed;
}

/** A key that makes a repeated POST start nothing twice. */
export function idempotencyKey(): string {
  return crypto.randomUUID();
}
