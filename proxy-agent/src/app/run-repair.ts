import type { CheckFinding, RepairWork } from '@firn/shared/gen/firn/link/v1/work';
import { repairRepository } from '@firn/shared/repository/repair/repair-repository';
import type { Repository } from '@firn/shared/repository/repository';
import { encodeFinding } from './check-findings.ts';
import type { SessionContext } from './session-context.ts';

/** So many findings are told at once. */
const findingsMax = 100;

/**
 * Repairs what can be repaired, or tells what would be. What is told is in the
 * journal before the repository is changed; an attempt that is cut short before
 * that is repeated, and what it had told may come twice.
 */
export async function runRepair(context: SessionContext, work: RepairWork): Promise<void> {
  const { key, signal, events, progress } = context;
  const { dryRun, readData } = work;
  progress.set({ phase: dryRun ? 'looking' : 'repairing' });
  const repository = await openForRepair(context, work);
  // A later attempt repairs what is left under a name of its own.
  const sessionId = `${key.sessionId}.${key.attempt}`;
  const waiting: CheckFinding[] = [];
  const tell = () => events.findings(waiting.splice(0), '');
  const options = { sessionId, dryRun, readData, signal, beforeEntry: tell };
  for await (const found of repairRepository(repository, options)) {
    waiting.push(encodeFinding(found));
    progress.set({ current: found.objectId ?? found.blob });
    if (waiting.length >= findingsMax) await tell();
  }
  await tell();
}

/** A log that is damaged stops everybody else: the repository is owned past the damage. */
async function openForRepair(
  { repositories, secrets, signal }: SessionContext,
  { repository: ref, dryRun }: RepairWork,
): Promise<Repository> {
  const repository = await repositories.pastDamage(ref, secrets, signal);
  if (dryRun) return repository;
  if (repository.log.passedOver.length === 0) return repositories.owned(ref, secrets, signal);
  return repositories.takeOver(repository, signal);
}
