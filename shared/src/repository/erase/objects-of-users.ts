import { ahead } from '../ahead.ts';
import { newestPoint } from '../log/state.ts';
import { openNamesIfAny } from '../object/object-names.ts';
import { readRecordOrLost } from '../object/object-record.ts';
import type { OpenContext } from '../open-context.ts';
import type { ObjectIdentity } from '../session/repository-session.ts';

const unnamed = { userPrincipalName: '', displayName: '' };

/** Whose record and key are read while one is looked at. */
const objectsAhead = 16;

/**
 * Objects that belong to users, by the newest record of each. A user is given by
 * id or user principal name, in any case. E_REPOSITORY_DAMAGED
 */
export async function objectsOfUsers(
  context: OpenContext,
  users: readonly string[],
): Promise<readonly ObjectIdentity[]> {
  const wanted = new Set(users.map((user) => user.toLowerCase()));
  const found = new Map<string, ObjectIdentity>();
  const identities = ahead(newestRoots(context), objectsAhead, (root) => identityAt(context, root));
  for await (const identity of identities) {
    const { objectId, userId, userPrincipalName } = identity;
    const isTheirs = [userId, userPrincipalName].some((name) => wanted.has(name.toLowerCase()));
    if (isTheirs && !found.has(objectId)) found.set(objectId, identity);
  }
  return [...found.values()];
}

/** Of each object in each job. */
function* newestRoots({ log }: OpenContext): Generator<string> {
  for (const [jobId, objects] of log.state.points) {
    for (const objectId of objects.keys()) {
      const point = newestPoint(log.state, jobId, objectId);
      if (point !== undefined) yield point.root;
    }
  }
}

async function identityAt(
  { ports, keys, meta }: OpenContext,
  root: string,
): Promise<ObjectIdentity> {
  const reading = { compute: ports.compute, keys, meta };
  const record = await readRecordOrLost(reading, root);
  // Without its key nothing of an object can be read, and its user's id still tells whose it is.
  return { ...record, ...((await openNamesIfAny(reading, record)) ?? unnamed) };
}
