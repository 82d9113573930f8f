import type { Records } from '../../ports/records.ts';
import type { AppContext } from '../context.ts';
import { makeJoinString } from '../enrollment/join-string.ts';

/** A worker that does not run yet, with the right to enrol once as this very worker. */
export async function registerAppliance(
  context: AppContext,
  { workers }: Pick<Records, 'workers'>,
): Promise<{ readonly workerId: string; readonly joinString: string }> {
  const { secrets, settings } = context;
  const workerId = secrets.uuid();
  const token = secrets.token();
  const name = `appliance-${workerId}`;
  await workers.insert({ id: workerId, kind: 'appliance', name });
  await workers.insertToken({
    ...{ tokenHash: secrets.hash(token), workerId, workerKind: 'appliance', workerName: name },
    lifeMs: settings.enrollmentTokenLifeMs,
  });
  return { workerId, joinString: makeJoinString(context, token) };
}
