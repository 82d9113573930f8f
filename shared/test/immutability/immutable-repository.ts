import { nodeCompute } from '../../src/compute/node-compute.ts';
import { nodeEntropy } from '../../src/compute/node-entropy.ts';
import { initializeRepository } from '../../src/repository/header/header-store.ts';
import { createHeader } from '../../src/repository/header/repository-header.ts';
import type { Immutability } from '../../src/repository/immutability/generation.ts';
import { RetainingStore } from '../../src/repository/immutability/retaining-store.ts';
import type { BlobStore } from '../../src/repository/ports.ts';
import { openRepository, type Repository } from '../../src/repository/repository.ts';
import { systemClock } from '../../src/time/system-clock.ts';
import { anItem, anObject, collected } from '../repository/test-repository.ts';

const repositoryId = 'repository-1';
const jobId = 'job';
const end = { syncState: new Uint8Array(), mode: 'full', counts: { items: 1 } } as const;

/** A repository in a store with locks, whose objects are put with retention. */
export async function anImmutableRepository(bare: BlobStore, immutability: Immutability) {
  const store = new RetainingStore(bare, immutability);
  const ports = { store, clock: systemClock, entropy: nodeEntropy, compute: nodeCompute };
  const created = await createHeader({ repositoryId, password: undefined, ...ports });
  await initializeRepository(store, created.header);
  const open = () => openRepository({ ports, repositoryId, rootKey: created.rootKey });
  const repository = await open();
  await repository.takeOwnership('incarnation');
  return { store, repository, open };
}

/** Makes a point of one mail. */
export async function backUp(repository: Repository, pointId: string, mail: string): Promise<void> {
  const session = await repository.beginSession({ jobId, sessionId: pointId, attempt: 1 });
  const writer = await session.object(anObject('mailbox-1'));
  await writer.putItem(anItem('a'), Buffer.from(mail));
  await writer.finish(end);
  await session.commit({ done: true });
}

/** The mail of a point. */
export async function mailOf(repository: Repository, pointId: string): Promise<string> {
  const point = await repository.openPoint({ jobId, pointId });
  const reader = await point.object('mailbox-1');
  const item = await reader.item('a');
  if (item === undefined) throw new Error(`point ${pointId} has no mail`);
  return Buffer.from(await collected(reader.content(item))).toString();
}
