import { AppError } from '@firn/shared/errors/app-error';
import type { AppContext } from '../context.ts';
import { makeJoinString } from './join-string.ts';

/** A right to enrol once as a proxy of this name. Only the token's hash is kept. */
export async function createEnrollmentToken(
  context: AppContext,
  name: string,
): Promise<{ name: string; joinString: string; expiresAt: string }> {
  const { database, secrets, settings } = context;
  if ((await database.workers.findProxy(name)) !== undefined) {
    throw new AppError('E_NAME_TAKEN', `the name "${name}" is taken by another proxy`);
  }
  const token = secrets.token();
  const { expiresAt } = await database.workers.insertToken({
    tokenHash: secrets.hash(token),
    workerKind: 'proxy',
    workerName: name,
    workerId: secrets.uuid(),
    lifeMs: settings.enrollmentTokenLifeMs,
  });
  return { name, joinString: makeJoinString(context, token), expiresAt };
}
