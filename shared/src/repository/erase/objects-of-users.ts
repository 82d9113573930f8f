import { newestPoint } from '../log/state.ts';
import { openNamesIfAny } from '../object/object-names.ts';
import { readRecord } from '../object/object-record.ts';
import type { OpenContext } from '../open-context.ts';
import type { ObjectIdentity } from '../session/repository-session.ts';

const unnamed = { userPrincipalName: '', displayName: '' };

/**
 * Objects that belong to users, by the newest record of each. A user is given by
 * id or user principal name, in any case. E_REPOSITORY_DAMAGED
 */
export async function objectsOfUsers(
  { ports, keys, meta, log }: OpenContext,
  users: readonly string[],
): Promise<readonly ObjectIdentity[]> {
  const wanted = new Set(users.map((user) => user.toLowerCase()));
  const found = new Map<string, ObjectIdentity>();
  for (const [jobId, objects] of log.state.points) {
    for (const objectId of objects.keys()) {
      const root = newestPoint(log.state, jobId, objectId)?.root;
      if (root === undefined || found.has(objectId)) continue;
      const record = await readRecord({ compute: ports.compute, keys, meta }, root);
      // Without its key nothing of an object can be read, and its user's id still tells whose it is.
      const names = (await openNamesIfAny({ compute: ports.compute, keys }, record)) ?? unnamed;
      const isTheirs = [record.userId, names.userPrincipalName].some((name) =>
        wanted.has(name.toLowerCase()),
      );
      if (isTheirs) found.set(objectId, { ...record, ...names });
    }
  }
  return [...found.values()];
}
