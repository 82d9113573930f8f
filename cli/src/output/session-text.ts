import type { Session } from '@firn/shared/rest/schemas/session';
import { formatBytes, formatCount, formatSeconds } from './quantity.ts';

const finalStates: ReadonlySet<Session['state']> = new Set([
  'success',
  'warning',
  'failed',
  'stopped',
]);

/** Kinds of work that are measured by their items. */
const itemKinds: ReadonlySet<Session['kind']> = new Set(['backup', 'copy', 'restore']);

export function hasEnded(session: Session): boolean {
  return finalStates.has(session.state);
}

/** Seconds from the first assignment to the end; undefined while it runs. */
export function durationSeconds(session: Session): number | undefined {
  const { startedAt, endedAt } = session;
  if (startedAt === undefined || endedAt === undefined) return undefined;
  return (Date.parse(endedAt) - Date.parse(startedAt)) / 1000;
}

/** A session in a few lines: what it did, how long it took, what went wrong. */
export function describeSession(session: Session): string {
  const { kind, counts, objects, problem } = session;
  const seconds = durationSeconds(session);
  const lines = [
    `session ${session.id} (${kind}): ${session.state}${
      seconds === undefined ? '' : ` in ${formatSeconds(seconds)}`
    }`,
  ];
  if (objects.total > 0) {
    lines.push(
      `  objects: ${objects.total} (${objects.unchanged} unchanged, ${objects.warning} with warnings, ${objects.failed} failed)`,
    );
  }
  if (counts !== undefined && itemKinds.has(kind)) {
    lines.push(
      `  items: ${formatCount(counts.items)} (${formatBytes(counts.bytes)}), removed ${counts.itemsRemoved}, failed ${counts.itemsFailed}`,
      `  requests: ${formatCount(counts.requests)} and ${formatCount(counts.batchedRequests)} in batches; packs: ${counts.packs}`,
    );
  }
  const isNamed = objects.warning + objects.failed + (counts?.itemsFailed ?? 0) > 0;
  if (isNamed) lines.push(`  firn session objects ${session.id} names what failed, and why`);
  if (problem !== undefined) {
    lines.push(`  ${problem.code}: ${problem.message}`, `  ${problem.help}`);
  }
  return lines.join('\n');
}
