import { nodeCompute } from '@firn/shared/compute/node-compute';
import { nodeEntropy } from '@firn/shared/compute/node-entropy';
import { FolderStore } from '@firn/shared/object-store/folder/folder-store';
import { initializeRepository, readHeader } from '@firn/shared/repository/header/header-store';
import { createHeader, unlockHeader } from '@firn/shared/repository/header/repository-header';
import { openRepository, type Repository } from '@firn/shared/repository/repository';
import { systemClock } from '@firn/shared/time/system-clock';

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

/** By its password, as any other process would. */
export async function open(folder: string): Promise<Repository> {
  const ports = portsOf(folder);
  const rootKey = await unlockHeader(await readHeader(ports.store), password, ports.compute);
  return openRepository({ ports, repositoryId, rootKey });
}
