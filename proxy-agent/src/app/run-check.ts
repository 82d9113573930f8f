import type { CheckFinding, CheckWork } from '@firn/shared/gen/firn/link/v1/work';
import { type CheckOptions, checkRepository } from '@firn/shared/repository/check/check-repository';
import type { CheckPosition, CheckProgress } from '@firn/shared/repository/check/position';
import { encodeFinding } from './check-findings.ts';
import type { SessionContext } from './session-context.ts';

/** So many findings are told at once, even when the check came no further. */
const findingsMax = 100;

/**
 * Reads back what can be read, and tells what it found as it goes. A later
 * attempt goes on where this one came to.
 */
export async function runCheck(context: SessionContext, work: CheckWork): Promise<void> {
  const { repositories, secrets, signal, events } = context;
  const repository = await repositories.pastDamage(work.repository, secrets, signal);
  const waiting: CheckFinding[] = [];
  let position = (await events.position()) ?? '';
  const tell = () => events.findings(waiting.splice(0), position);
  const onProgress = async (progress: CheckProgress) => {
    if (progress.position.stage !== 'end') show(context, progress);
    position = JSON.stringify(progress.position);
    await tell();
  };
  const after = position === '' ? undefined : (JSON.parse(position) as CheckPosition);
  const options = { ...checkOptions(context, work), after, onProgress, signal };
  for await (const finding of checkRepository(repository, options)) {
    signal.throwIfAborted();
    waiting.push(encodeFinding(finding));
    if (waiting.length >= findingsMax) await tell();
  }
  await tell();
}

function checkOptions({ key }: SessionContext, work: CheckWork): CheckOptions {
  const { readData, percent, seed, logHead, logDigest } = work;
  const digest = Buffer.from(logDigest).toString('hex');
  return {
    readData,
    sample: percent === 0 ? undefined : { percent, seed: seed || key.sessionId },
    knownHead: digest === '' ? undefined : { n: Number(logHead), digest },
  };
}

/** Objects while catalogs are read, packs while packs are. */
function show({ progress }: SessionContext, { position, done, total, bytesRead }: CheckProgress) {
  const { stage, name: current } = position;
  const phase = `checking ${stage}`;
  if (stage === 'objects') progress.set({ phase, current, objectsDone: done, objectsTotal: total });
  else progress.set({ phase, current, packs: done, packsTotal: total, bytes: bytesRead });
}
