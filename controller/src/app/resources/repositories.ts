import type { Repository, RetentionType } from '../../domain/resources.ts';
import type { Session } from '../../domain/session.ts';
import type { AppContext } from '../context.ts';
import { announceSession } from '../sessions/change-session.ts';
import { newSession } from '../sessions/new-session.ts';
import { assertUnused, found } from './found.ts';

export interface CreateRepository {
  readonly name: string;
  readonly proxyId: string;
  readonly objectStorageId: string;
  readonly password?: string;
  readonly retentionType?: RetentionType;
  readonly retentionDays?: number;
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
  const { name, password, retentionType = 'snapshot', retentionDays = 1_095 } = input;
  const proxy = found('proxy', input.proxyId, await database.workers.findProxy(input.proxyId));
  const storage = found(
    'object storage',
    input.objectStorageId,
    await database.objectStorages.find(input.objectStorageId),
  );
  const id = secrets.uuid();
  const { header, rootKey } = await context.makeHeader({ repositoryId: id, password });
  const created = await database.transaction(async ({ repositories, sessions }) => {
    const repository = await repositories.insert({
      id,
      name,
      proxyId: proxy.id,
      objectStorageId: storage.id,
      encrypted: password !== undefined,
      retentionType,
      retentionDays,
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
export async function checkRepository(
  context: AppContext,
  key: string,
  readData: boolean,
): Promise<Session> {
  const repository = await findRepository(context, key);
  const { id: repositoryId, proxyId } = repository;
  const session = await context.database.sessions.insert(
    newSession(context.secrets.uuid(), {
      kind: 'check',
      proxyId,
      repositoryId,
      details: { readData },
    }),
  );
  announceSession(context, session);
  return session;
}
