import { AppError } from '@firn/shared/errors/app-error';
import type { ObjectStorage } from '../../domain/resources.ts';
import type { Session, SessionDetails } from '../../domain/session.ts';
import type { Worker } from '../../domain/worker.ts';
import type { AppContext } from '../context.ts';
import { announceSession } from '../sessions/change-session.ts';
import { newSession } from '../sessions/new-session.ts';
import { findObjectStorage } from './object-storages.ts';
import { findProxy } from './proxies.ts';

export interface TestObjectStorage extends Pick<SessionDetails, 'measuresSpeed'> {
  /** Id or name. Default: the proxy of the storage's repositories, or the only one there is. */
  readonly proxyId?: string;
}

type Proxy = Pick<Worker, 'id' | 'name'>;

const proxiesShown = 10;

/**
 * Starts a session that tries the storage from a proxy, since it is proxies that
 * reach it. E_SESSION_OPEN while that proxy tests it; E_REQUEST_INVALID when the
 * proxy is not clear.
 */
export async function testObjectStorage(
  context: AppContext,
  key: string,
  { proxyId, measuresSpeed = true }: TestObjectStorage,
): Promise<Session> {
  const { database, secrets } = context;
  const storage = await findObjectStorage(context, key);
  const proxy =
    proxyId === undefined ? await proxyOf(context, storage) : await findProxy(context, proxyId);
  const row = newSession(secrets.uuid(), {
    kind: 'storage-test',
    proxyId: proxy.id,
    objectStorageId: storage.id,
    details: { measuresSpeed },
  });
  const session = await database.sessions.insert(row);
  announceSession(context, session);
  return session;
}

async function proxyOf({ database }: AppContext, { id, name }: ObjectStorage): Promise<Proxy> {
  const near = await database.objectStorages.proxiesOf(id);
  const page = { cursor: undefined, limit: proxiesShown };
  const candidates = near.length > 0 ? near : (await database.workers.listProxies(page)).items;
  const [first, ...others] = candidates;
  if (first !== undefined && others.length === 0) return first;
  const names = candidates.map((proxy) => proxy.name).join(', ');
  throw new AppError(
    'E_REQUEST_INVALID',
    first === undefined
      ? `no proxy can test object storage "${name}": none is enrolled`
      : `say which proxy is to test object storage "${name}": one of ${names}`,
  );
}
