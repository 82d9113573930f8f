import { errorCodes } from '@firn/shared/errors/codes';
import type { CheckWork } from '@firn/shared/gen/firn/link/v1/work';
import { checkRepository, type Finding } from '@firn/shared/repository/check/check-repository';
import type { SessionContext } from './session-context.ts';

/** Reads back what can be read, and tells what it found as it goes. */
export async function runCheck(context: SessionContext, work: CheckWork): Promise<void> {
  const { repositories, secrets, signal, events, progress } = context;
  const repository = await repositories.forReading(work.repository, secrets, signal);
  progress.set({ phase: 'checking' });
  for await (const finding of checkRepository(repository, { readData: work.readData, signal })) {
    signal.throwIfAborted();
    await events.finding(encodeFinding(finding));
    progress.set({ current: finding.blob });
  }
}

function encodeFinding(finding: Finding) {
  const { severity, blob, objectId, items, code, message } = finding;
  const known = Object.entries(errorCodes).find(([name]) => name === code)?.[1];
  const problem = { code, message, help: known?.help ?? '', retry: known?.retry ?? 'never' };
  return { severity, blob, objectId: objectId ?? '', items: [...items], problem };
}
