import { AppError } from '@firn/shared/errors/app-error';
import type { Repository } from '../../domain/resources.ts';
import type { Session } from '../../domain/session.ts';
import type { EncodedChange, NamedPassword, RepositoryKeys } from '../../ports/storages.ts';
import type { AppContext } from '../context.ts';
import { announceSession } from '../sessions/change-session.ts';
import { newSession } from '../sessions/new-session.ts';
import { findRepository, repositoryPurpose } from './repositories.ts';

/** Who can open the repository, as far as the last session that changed it told. */
export async function listRepositoryKeys(
  context: AppContext,
  key: string,
): Promise<RepositoryKeys> {
  return context.headerChanges.describe((await findRepository(context, key)).header);
}

/** E_REPOSITORY_NOT_ENCRYPTED */
export function addPassword(
  context: AppContext,
  key: string,
  added: NamedPassword,
): Promise<Session> {
  return changeKeys(context, key, ({ header }, rootKey) =>
    context.headerChanges.addPassword(header, rootKey, added),
  );
}

/** E_REPOSITORY_PASSWORD_WRONG before anything is changed. */
export function changePassword(
  context: AppContext,
  key: string,
  passwords: { readonly current: string; readonly next: string },
): Promise<Session> {
  return changeKeys(context, key, ({ header }) =>
    context.headerChanges.changePassword(header, passwords),
  );
}

/** E_KEY_SERVICE_KEY_UNKNOWN, E_KEY_SERVICE_UNAVAILABLE, E_REPOSITORY_NOT_ENCRYPTED */
export function addKmsKey(
  context: AppContext,
  key: string,
  added: { readonly kmsKeyId: string; readonly label: string },
): Promise<Session> {
  return changeKeys(context, key, ({ header }, rootKey) =>
    context.headerChanges.addKmsKey(header, rootKey, added),
  );
}

/** E_REPOSITORY_SLOT_UNKNOWN, E_REPOSITORY_SLOT_LAST */
export function removeSlot(context: AppContext, key: string, slotId: string): Promise<Session> {
  return changeKeys(context, key, ({ header }) => context.headerChanges.removeSlot(header, slotId));
}

export interface RotateKey {
  readonly passwords: readonly NamedPassword[];
  readonly kmsKeyId: string | undefined;
}

/**
 * Begins a key epoch, which also turns encryption on. The root key is kept before
 * anything is sent: a session that fails may have written the header all the
 * same, and the next rotation uses the same key.
 */
export async function rotateRepositoryKey(
  context: AppContext,
  key: string,
  openers: RotateKey,
): Promise<Session> {
  const { database, vault, headerChanges } = context;
  const repository = await findRepository(context, key);
  const { id, sealedNextRootKey } = repository;
  const pending = sealedNextRootKey && vault.open(sealedNextRootKey, repositoryPurpose(id));
  const made = await headerChanges.rotate(repository.header, {
    ...openers,
    rootKey: pending ?? undefined,
  });
  const sealed = vault.seal(made.rootKey, repositoryPurpose(id));
  await database.repositories.setNextRootKey(id, sealed);
  return startChange(context, repository, made.change);
}

async function changeKeys(
  context: AppContext,
  key: string,
  make: (repository: Repository, rootKey: Uint8Array) => Promise<EncodedChange>,
): Promise<Session> {
  const repository = await findRepository(context, key);
  const rootKey = context.vault.open(repository.sealedRootKey, repositoryPurpose(repository.id));
  return startChange(context, repository, await make(repository, rootKey));
}

async function startChange(
  context: AppContext,
  { id: repositoryId, name, proxyId, state }: Repository,
  change: EncodedChange,
): Promise<Session> {
  if (state !== 'ready') {
    throw new AppError('E_REPOSITORY_NOT_READY', `repository "${name}" is ${state}`);
  }
  const details = { headerChange: change };
  const session = await context.database.sessions.insert(
    newSession(context.secrets.uuid(), { kind: 'change-keys', proxyId, repositoryId, details }),
  );
  announceSession(context, session);
  return session;
}
