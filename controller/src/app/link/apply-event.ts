import type { SessionEvent } from '@firn/shared/gen/firn/link/v1/link';
import type {
  CheckFinding,
  HeaderChanged,
  RestorePointCommitted,
  SessionEnded,
} from '@firn/shared/gen/firn/link/v1/work';
import type { PriceTable } from '@firn/shared/prices/price-table';
import { type RetentionResult, repositoryIdOf, type Session } from '../../domain/session.ts';
import type { SessionTrigger } from '../../domain/session-state.ts';
import type { Worker } from '../../domain/worker.ts';
import type { Records } from '../../ports/records.ts';
import { changeSessionIn } from '../sessions/change-session.ts';
import { decodeProblem } from '../sessions/problem-summary.ts';
import { changeRetrieval, planRetrieval, putPacks } from './apply-retrieval.ts';
import { decodeCounts, decodeObject, oneOf } from './decode-results.ts';
import { decodeRetention } from './decode-retention.ts';
import { decodeStorageTest } from './decode-storage-test.ts';

export interface EventOfSession {
  readonly worker: Worker;
  readonly session: Session;
  readonly event: SessionEvent;
  readonly prices: readonly PriceTable[];
  readonly nowMs: number;
}

/**
 * What an event changes in the record. An appliance only adds to the log. What
 * a stale attempt committed is kept, since it stands in the repository; how it
 * ended says nothing about the session.
 */
export async function applyEvent(records: Records, of: EventOfSession): Promise<void> {
  const { session, worker, prices, nowMs } = of;
  const { event, attempt, at } = of.event;
  if (event === undefined) return;
  if (event.$case === 'log') {
    const level = oneOf(['info', 'warning', 'error'] as const, event.value.level, 'info');
    await records.sessions.addLog(session.id, level, event.value.message, at?.toISOString());
    return;
  }
  if (worker.kind === 'appliance') return;
  switch (event.$case) {
    case 'object':
      return records.sessions.putObject(
        { sessionId: session.id, attempt },
        decodeObject(event.value),
      );
    case 'restorePoint':
      return putRestorePoint(records, session, event.value);
    case 'retrieval':
      return changeRetrieval(records, session, event.value);
    case 'retrievalPlan':
      return planRetrieval(records, { session, planned: event.value, prices, nowMs });
    case 'retrievalPacks':
      return putPacks(records, session, event.value);
    case 'finding':
      return addFinding(records, session, event.value);
    case 'retention':
      return setRetention(records, session, decodeRetention(event.value));
    case 'keptPoints':
      return records.restorePoints.expireOthers(
        { repositoryId: repositoryIdOf(session), endedBefore: session.createdAt },
        event.value,
      );
    case 'storageTest':
      return records.sessions.setStorageTest(session.id, decodeStorageTest(event.value));
    case 'header':
      return setHeader(records, session, event.value);
    case 'ended':
      return attempt === session.attempt ? endSession(records, session, event.value) : undefined;
  }
}

async function putRestorePoint(
  records: Records,
  session: Session,
  committed: RestorePointCommitted,
): Promise<void> {
  const isCopy = session.kind === 'copy';
  const repositoryId = repositoryIdOf(session);
  await records.restorePoints.put({
    id: session.id,
    jobId: isCopy ? null : session.jobId,
    copyJobId: isCopy ? session.copyJobId : null,
    organizationId: session.organizationId ?? '',
    repositoryId,
    createdAt: committed.at?.toISOString() ?? session.createdAt,
    objects: committed.objects,
    partial: committed.partial,
    complete: committed.done,
  });
  const head = Number(committed.logHead);
  await records.repositories.setLogHead(repositoryId, head, committed.logDigest);
  if (!isCopy && committed.done) await records.copyQueue.enqueueImmediate(session.id);
}

async function setHeader(
  records: Records,
  session: Session,
  changed: HeaderChanged,
): Promise<void> {
  const { header, encrypted, nextRootKey: takesNextRootKey } = changed;
  await records.repositories.setHeader(repositoryIdOf(session), {
    ...{ header, encrypted, takesNextRootKey },
  });
}

async function setRetention(
  records: Records,
  session: Session,
  result: RetentionResult,
): Promise<void> {
  await records.sessions.setRetention(session.id, result);
  if (result.dryRun) return;
  const ids = result.points.map(({ restorePointId }) => restorePointId);
  await records.restorePoints.expire(repositoryIdOf(session), ids);
}

async function addFinding(
  records: Records,
  session: Session,
  finding: CheckFinding,
): Promise<void> {
  await records.sessions.addFinding(session.id, {
    severity: oneOf(['error', 'warning', 'note'] as const, finding.severity, 'error'),
    blob: finding.blob === '' ? null : finding.blob,
    objectId: finding.objectId === '' ? null : finding.objectId,
    items: finding.items,
    points: finding.points,
    problem: decodeProblem(finding.problem) ?? null,
  });
}

async function endSession(records: Records, session: Session, ended: SessionEnded): Promise<void> {
  await changeSessionIn(records, {
    sessionId: session.id,
    trigger: endTrigger(session, ended.status),
    attempt: session.attempt,
    counts: decodeCounts(ended.counts),
    problem: decodeProblem(ended.problem),
  });
}

const stopsByWish: ReadonlySet<string> = new Set(['E_SESSION_STOPPED', 'E_WINDOW_CLOSED']);

function endTrigger(session: Session, status: string): SessionTrigger {
  const known = oneOf(['success', 'warning', 'failed', 'stopped'] as const, status, 'failed');
  // Stopped by the controller because something went wrong, not as somebody wished.
  const wentWrong = session.problem !== null && !stopsByWish.has(session.problem.code);
  return known === 'stopped' && wentWrong ? 'end-failed' : `end-${known}`;
}
