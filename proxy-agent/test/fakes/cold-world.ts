import type { RepositoryRef, RestoreWork, RetrievalWork } from '@firn/shared/gen/firn/link/v1/work';
import type { BlobStore } from '@firn/shared/repository/ports';
import type { StorageClass, ThawSpeed } from '@firn/shared/storage-class/storage-class';
import { World } from './a-world.ts';

const daySeconds = 86_400;

interface ColdOptions {
  readonly mails?: number;
  readonly rehydrateMs?: number;
  readonly storageClass?: StorageClass;
  /** Default: in memory. */
  readonly coldStore?: BlobStore;
}

/** Two mailboxes in a hot repository, and an empty one in the archive class. */
export async function aWorldWithBackup({
  mails = 5,
  rehydrateMs = 0,
  storageClass = 'archive',
  coldStore,
}: ColdOptions = {}) {
  const world = new World();
  for (const name of ['anna', 'ben']) {
    const { id } = world.tenant.addObject(name);
    for (let n = 1; n <= mails; n += 1)
      world.tenant.putItem(id, `${name}-${n}`, `mail ${n} of ${name}`);
  }
  const hot = await world.repository('hot-1');
  const cold = await world.repository('cold-1', { storageClass, rehydrateMs });
  if (coldStore !== undefined) world.stores.set('cold-1', coldStore);
  const agent = world.start();
  await world.initialize(hot);
  await world.initialize(cold);
  await world.backup('backup-1', hot);
  return { world, hot, cold, agent };
}

export interface ColdWorld {
  readonly world: World;
  readonly hot: RepositoryRef;
  readonly cold: RepositoryRef;
}

/** Session copy-n of the point backup-n. */
export function copy({ world, hot, cold }: ColdWorld, n = 1) {
  const value = {
    source: hot,
    target: cold,
    jobId: 'copy-job',
    sourceJobId: 'job-1',
    restorePointId: `backup-${n}`,
    packBytes: 1n << 20n,
    byAppliance: false,
    seal: true,
  };
  return world.controller.assign(`copy-${n}`, { $case: 'copy', value }, world.secrets);
}

export function retrieve(
  { world, cold }: ColdWorld,
  restorePointId = 'copy-1',
  speed: ThawSpeed = 'expedited',
  more: Partial<RetrievalWork> & { readonly session?: string } = {},
) {
  const { session = 'retrieve-1', ...step } = more;
  const value = {
    repository: cold,
    jobId: 'copy-job',
    restorePointId,
    retrievalId: 'retrieval-1',
    objects: [],
    availabilitySeconds: daySeconds,
    speed,
    step: 'thaw',
    priceLimit: undefined,
    availableUntil: undefined,
    ...step,
  };
  return world.controller.assign(session, { $case: 'retrieval', value }, world.secrets);
}

/** From the cold repository: through the retrieval, unless told otherwise. */
export function restore({ world, cold }: ColdWorld, from: Partial<RestoreWork> = {}) {
  const value = {
    repository: cold,
    organization: world.organization,
    jobId: 'copy-job',
    restorePointId: 'copy-1',
    retrievalId: 'retrieval-1',
    objects: [],
    ...from,
  };
  return world.controller.assign('restore-1', { $case: 'restore', value }, world.secrets);
}

export function warmPacks(world: World): Promise<string[]> {
  return coldNames(world, 'warm/');
}

/** What lies in the cold repository below the prefix. */
export async function coldNames(world: World, prefix: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of world.store('cold-1').list(prefix)) names.push(name);
  return names;
}
