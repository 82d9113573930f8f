import { AppError } from '@firn/shared/errors/app-error';
import type { Immutability, ObjectStorage, Repository, Retention } from '../../domain/resources.ts';
import { assertRetention, assertSameType, retentionDefault } from '../../domain/retention.ts';
import type { NewSession, Session, SessionDetails } from '../../domain/session.ts';
import type { AppContext } from '../context.ts';
import { announceSession } from '../sessions/change-session.ts';
import { newSession } from '../sessions/new-session.ts';
import { assertUnused, found } from './found.ts';

export interface CreateRepository {
  readonly name: string;
  readonly proxyId: string;
  readonly objectStorageId: string;
  readonly password?: string;
  /** A key of the key service, beside the password or instead of it. */
  readonly kmsKeyId?: string;
  readonly retention?: Retention;
  readonly immutability?: Immutability;
}

/**
 * Makes the root key here, so that the password is never stored and never
 * leaves this call; the session only writes the header that wraps it.
 */
export async function createRepository(
  context: AppContext,
  input: CreateRepository,
): Promise<{ repository: Repository; session: Session }> {
  const { database, secrets, vault } = context;
  const { name, password, kmsKeyId, retention = retentionDefault } = input;
  const proxy = found('proxy', input.proxyId, await database.workers.findProxy(input.proxyId));
  const storage = found(
    'object storage',
    input.objectStorageId,
    await database.objectStorages.find(input.objectStorageId),
  );
  assertRetention(retention);
  const { immutability = null } = input;
  if (immutability !== null) assertCanLock(storage);
  const id = secrets.uuid();
  const { header, rootKey } = await context.makeHeader({ repositoryId: id, password, kmsKeyId });
  const created = await database.transaction(async ({ repositories, sessions }) => {
    const repository = await repositories.insert({
      id,
      name,
      proxyId: proxy.id,
      objectStorageId: storage.id,
      encrypted: password !== undefined || kmsKeyId !== undefined,
      retention,
      immutability,
      header,
      sealedRootKey: vault.seal(rootKey, repositoryPurpose(id)),
    });
    const session = await sessions.insert(
      newSession(secrets.uuid(), { kind: 'initialize', proxyId: proxy.id, repositoryId: id }),
    );
    return { repository, session };
  });
  announceSession(context, created.session);
  return created;
}

/** Whether the bucket locks as well is found out when the header is written. */
function assertCanLock({ name, provider }: ObjectStorage): void {
  if (provider !== 'folder') return;
  const message = `object storage "${name}" is a folder, which cannot lock what lies in it`;
  throw new AppError('E_STORAGE_NO_LOCKS', message);
}

export function repositoryPurpose(id: string): string {
  return `repository:${id}`;
}

/** E_NOT_FOUND */
export async function findRepository(context: AppContext, key: string): Promise<Repository> {
  return found('repository', key, await context.database.repositories.find(key));
}

/** E_IN_USE while jobs, open sessions or retrievals need it. Its storage is not touched. */
export async function deleteRepository(context: AppContext, key: string): Promise<void> {
  await context.database.transaction(async ({ repositories }) => {
    const { id, name } = found('repository', key, await repositories.find(key));
    assertUnused('repository', name, await repositories.usersOf(id));
    await repositories.remove(id);
  });
}

/** Starts a session that reads the repository back. */
export function checkRepository(
  context: AppContext,
  key: string,
  details: Pick<SessionDetails, 'readData' | 'percent' | 'seed'>,
): Promise<Session> {
  return startSession(context, key, { kind: 'check', details });
}

/** Starts a session that repairs what a check found, or tells what it would do. */
export function repairRepository(
  context: AppContext,
  key: string,
  details: Pick<SessionDetails, 'readData' | 'dryRun'>,
): Promise<Session> {
  return startSession(context, key, { kind: 'repair', details });
}

async function startSession(
  context: AppContext,
  key: string,
  about: Pick<NewSession, 'kind' | 'details'>,
): Promise<Session> {
  const { id: repositoryId, proxyId } = await findRepository(context, key);
  const session = await context.database.sessions.insert(
    newSession(context.secrets.uuid(), { ...about, proxyId, repositoryId }),
  );
  announceSession(context, session);
  return session;
}

/** E_REQUEST_INVALID when the type of retention would change. */
export async function updateRepository(
  context: AppContext,
  key: string,
  { retention }: { readonly retention?: Retention },
): Promise<Repository> {
  const repository = await findRepository(context, key);
  if (retention === undefined) return repository;
  assertSameType(retention, repository.retention);
  await context.database.repositories.setRetention(repository.id, retention);
  return { ...repository, retention };
}

/** E_SESSION_OPEN while another one of the repository has not ended. */
export function runRetention(
  context: AppContext,
  key: string,
  details: Pick<SessionDetails, 'dryRun'>,
): Promise<Session> {
  return startSession(context, key, { kind: 'retention', details });
}
