import type { RepairWork } from '@firn/shared/gen/firn/link/v1/work';
import { repairRepository } from '@firn/shared/repository/repair/repair-repository';
import type { Repository } from '@firn/shared/repository/repository';
import { encodeFinding } from './check-findings.ts';
import type { SessionContext } from './session-context.ts';

/**
 * Repairs what can be repaired, or tells what would be, and tells it when all of
 * it is done: an attempt that was cut short is repeated from the beginning.
 */
export async function runRepair(context: SessionContext, work: RepairWork): Promise<void> {
  const { key, signal, events, progress } = context;
  const { dryRun, readData } = work;
  progress.set({ phase: dryRun ? 'looking' : 'repairing' });
  const repository = await openForRepair(context, work);
  // A later attempt repairs what is left under a name of its own.
  const sessionId = `${key.sessionId}.${key.attempt}`;
  const findings = [];
  for await (const found of repairRepository(repository, {
    ...{ sessionId, dryRun, readData, signal },
  })) {
    findings.push(encodeFinding(found));
    progress.set({ current: found.blob });
  }
  await events.findings(findings, '');
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
