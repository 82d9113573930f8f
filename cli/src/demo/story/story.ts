import { AppError } from '@firn/shared/errors/app-error';
import type { RestClient } from '@firn/shared/rest/client';
import type { Session } from '@firn/shared/rest/schemas/session';
import { idempotencyKey } from '../../commands/work.ts';
import { followToEnd } from '../../follow-session.ts';
import { formatBytes, formatCount } from '../../output/quantity.ts';
import type { Terminal } from '../../output/terminal.ts';

/** What each chapter of the story works with: the public API, and the screen. */
export interface Story {
  readonly client: RestClient;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/** Follows a session; one that did not end well fails with what it said. */
export async function succeed(story: Story, started: Session): Promise<Session> {
  const session = await followToEnd(story, started);
  if (session.state === 'success' || session.state === 'warning') return session;
  const said = session.problem?.message ?? 'it gave no reason';
  throw new AppError('E_SESSION_FAILED', `the ${session.kind} session ${session.state}: ${said}`);
}

export function describeCounts(session: Session): string {
  const { counts } = session;
  if (counts === undefined) return '';
  return [
    `${formatCount(counts.items)} items`,
    formatBytes(counts.bytes),
    ...(counts.itemsRemoved === 0 ? [] : [`${formatCount(counts.itemsRemoved)} removed`]),
    ...(counts.itemsFailed === 0 ? [] : [`${formatCount(counts.itemsFailed)} failed`]),
    ...(counts.requests === 0
      ? []
      : [
          `${formatCount(counts.requests)} requests`,
          `${formatCount(counts.batchedRequests)} batched`,
        ]),
  ].join(', ');
}

export async function startJob(story: Story, jobId: string): Promise<Session> {
  const session = await story.client.call('startJob', {
    params: { job: jobId },
    body: {},
    idempotencyKey: idempotencyKey(),
  });
  return succeed(story, session);
}

export async function startCopyJob(story: Story, copyJobId: string): Promise<Session> {
  const session = await story.client.call('startCopyJob', {
    params: { copyJob: copyJobId },
    body: { seal: true },
    idempotencyKey: idempotencyKey(),
  });
  return succeed(story, session);
}
