import { nodeCompute } from '@firn/shared/compute/node-compute';
import { nodeEntropy } from '@firn/shared/compute/node-entropy';
import { ComputePool } from '@firn/shared/compute/pool/compute-pool';
import { FolderStore } from '@firn/shared/object-store/folder/folder-store';
import type { Logger } from '@firn/shared/observe/logger';
import { initializeRepository, readHeader } from '@firn/shared/repository/header/header-store';
import { createHeader, unlockHeader } from '@firn/shared/repository/header/repository-header';
import { openRepository, type Repository } from '@firn/shared/repository/repository';
import { systemClock } from '@firn/shared/time/system-clock';
import { SharedChunkFiles } from '../../../../proxy-agent/src/adapters/shared-chunks/shared-chunk-files.ts';

const repositoryId = 'benchmark';
const password = 'benchmark';
export const jobId = 'files';

/** Objects that are worked on at a time, as the agent does by default. */
export const objectsAtOnce = 4;

function portsOf(folder: string) {
  const store = new FolderStore({ folder });
  return { store, clock: systemClock, entropy: nodeEntropy, compute: nodeCompute };
}

export async function initialize(folder: string): Promise<void> {
  const ports = portsOf(folder);
  const { header } = await createHeader({ repositoryId, password, ...ports });
  await initializeRepository(ports.store, header);
}

const silent: Logger = { info: () => {}, warn: () => {}, error: () => {}, child: () => silent };

/** Opens it by its password, like any other process, and with what the agent gives it. */
export async function withEngine(
  folder: string,
  work: (repository: Repository) => Promise<void>,
): Promise<void> {
  const ports = portsOf(folder);
  const batches = new ComputePool();
  const indexes = new SharedChunkFiles(`${folder}-shared-chunks`, silent);
  try {
    const rootKey = await unlockHeader(await readHeader(ports.store), password, ports.compute);
    const opening = { ports: { ...ports, compute: { ...nodeCompute, batches } }, rootKey };
    const sharedChunks = indexes.open(repositoryId);
    await work(await openRepository({ ...opening, repositoryId, sharedChunks }));
  } finally {
    await indexes.close();
    await batches.close();
  }
}
