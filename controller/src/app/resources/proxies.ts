import type { Worker } from '../../domain/worker.ts';
import type { AppContext } from '../context.ts';
import { assertUnused, found } from './found.ts';

/** E_NOT_FOUND */
export async function findProxy(context: AppContext, key: string): Promise<Worker> {
  return found('proxy', key, await context.database.workers.findProxy(key));
}

/** Revokes its certificates and cuts its link. E_IN_USE while repositories are on it. */
export async function deleteProxy(context: AppContext, key: string): Promise<void> {
  const id = await context.database.transaction(async ({ workers }) => {
    const proxy = found('proxy', key, await workers.findProxy(key));
    assertUnused('proxy', proxy.name, await workers.usersOf(proxy.id));
    await workers.revoke(proxy.id);
    return proxy.id;
  });
  context.links.cut(id);
}
