import type { Repository } from '@firn/shared/repository/repository';
import type { Tenant, TenantItem, TenantObject } from './tenant.ts';
import { sourceJobId } from './world.ts';

const objectsAtOnce = 4;

/** One session of the backup: what is new of each object. */
export async function backUp(
  repository: Repository,
  tenant: Tenant,
  sessionId: string,
  itemsOf: (object: TenantObject) => Iterable<TenantItem>,
): Promise<void> {
  const session = await repository.beginSession({ jobId: sourceJobId, sessionId, attempt: 1 });
  const objects = tenant.objects[Symbol.iterator]();
  const write = async (object: TenantObject) => {
    const { objectId, kind } = object;
    const user = { userId: objectId, userPrincipalName: objectId, displayName: objectId };
    const writer = await session.object({ objectId, kind, ...user });
    for (const { item, content } of itemsOf(object)) await writer.putItem(item, content);
    await writer.finish({ syncState: new Uint8Array(1), mode: 'incremental', counts: {} });
  };
  const work = async () => {
    for (const object of objects) await write(object);
  };
  await Promise.all(Array.from({ length: objectsAtOnce }, work));
  await session.commit({ done: true });
}
