import { AppError } from '@firn/shared/errors/app-error';
import type { EraseWork } from '@firn/shared/gen/firn/link/v1/work';
import { finding } from '@firn/shared/repository/check/finding';
import { eraseObjects } from '@firn/shared/repository/erase/erase-objects';
import { objectsOfUsers } from '@firn/shared/repository/erase/objects-of-users';
import type { Remainder, StillReadable } from '@firn/shared/repository/erase/remainder';
import type { Repository } from '@firn/shared/repository/repository';
import { encodeFinding } from './check-findings.ts';
import type { SessionContext } from './session-context.ts';

/**
 * Erases protected objects. Which ones is written down before anything is
 * destroyed: afterwards nothing tells any more whose they were.
 */
export async function runErase(context: SessionContext, work: EraseWork): Promise<void> {
  const { repositories, secrets, signal, events, progress } = context;
  const repository = await repositories.owned(work.repository, secrets, signal);
  progress.set({ phase: 'finding objects' });
  const objects = await chosenObjects(context, repository, work);
  progress.set({ phase: 'erasing', objectsTotal: objects.length });
  const remains: Remainder[] = [];
  const erased = await eraseObjects(repository.context, {
    objects,
    signal,
    onRemainder: (remainder) => {
      remains.push(remainder);
    },
  });
  await repositories.forgetObjects(repository.repositoryId, erased.objects);
  const { keysDestroyed, packsDeleted, bytesDeleted, blobsLeft } = erased;
  await events.log(
    'info',
    `erased ${erased.objects.join(', ')}: ${keysDestroyed} keys destroyed, ${packsDeleted} packs ` +
      `with ${bytesDeleted} bytes deleted, ${blobsLeft} blobs left`,
  );
  await events.findings(remains.map(encodeRemainder), '');
}

const chosenNote = 'erase/objects';

/** An earlier attempt may have erased them already: then only its note knows them. */
async function chosenObjects(
  { journal, key, events }: SessionContext,
  { context }: Repository,
  { users, objectIds }: EraseWork,
): Promise<readonly string[]> {
  const noted = await journal.note(key.sessionId, chosenNote);
  if (noted !== undefined) return JSON.parse(new TextDecoder().decode(noted)) as string[];
  const theirs = await objectsOfUsers(context, users);
  const chosen = [...new Set([...objectIds, ...theirs.map(({ objectId }) => objectId)])];
  if (chosen.length === 0) throw nothingOf(users);
  for (const { objectId, kind, userPrincipalName } of theirs) {
    await events.log('info', `${kind} ${objectId} of ${userPrincipalName} is to be erased`);
  }
  const put = { [chosenNote]: new TextEncoder().encode(JSON.stringify(chosen)) };
  await journal.write(key, { put });
  return chosen;
}

function nothingOf(users: readonly string[]): AppError {
  const message = `the repository holds no restore point of ${users.join(', ')}`;
  return new AppError('E_OBJECT_NOT_FOUND', message);
}

const reasons: Readonly<Record<Remainder['reason'], string>> = {
  'shared-content': 'it holds contents that other objects may share',
  'other-objects': 'other objects need it',
  archive: 'it lies in an archive class',
  locked: 'the storage has locked it',
  grace: 'it is deleted once nobody can be reading it',
  'open-session': 'a session that has not ended may need it',
};

const leftReadable: Readonly<Record<StillReadable, string>> = {
  nothing: 'what it holds of the objects is unreadable',
  'shared-contents':
    'what it holds of the objects is unreadable, but for contents that other objects have as well',
  records: 'of the objects it tells ids and counts, and no names',
  key: 'what lies under this key can still be read',
};

function encodeRemainder(remainder: Remainder) {
  const { reason, blob, bytes, storageClass, untilMs, readable } = remainder;
  const until = untilMs === undefined ? '' : `, until ${new Date(untilMs).toISOString()}`;
  const message = `${reasons[reason]}${until}; ${bytes} bytes, class ${storageClass}; ${leftReadable[readable]}`;
  return encodeFinding(finding({ blob, severity: 'note' }, 'E_ERASED_DATA_LEFT', message));
}
