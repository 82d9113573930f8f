/** A process of its own: writes many small items, changes some, lists all, and prints what it took. */
import { nodeCompute } from '@firn/shared/compute/node-compute';
import { nodeEntropy } from '@firn/shared/compute/node-entropy';
import { ComputePool } from '@firn/shared/compute/pool/compute-pool';
import { FolderStore } from '@firn/shared/object-store/folder/folder-store';
import { initializeRepository } from '@firn/shared/repository/header/header-store';
import { createHeader } from '@firn/shared/repository/header/repository-header';
import { openRepository, type Repository } from '@firn/shared/repository/repository';
import { systemClock } from '@firn/shared/time/system-clock';
import { Measurement, type Metrics } from './measurement.ts';
import { allOf, hundredthOf, listItems, type SmallItems, writeItems } from './small-items.ts';

const repositoryId = 'benchmark';
const incrementals = 3;

/** Reads packs to their end and keeps nothing of them. */
class DiscardingStore extends FolderStore {
  override async putStream(_name: string, body: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const _ of body);
  }
}

async function open(folder: string, pool: ComputePool): Promise<Repository> {
  const store = new DiscardingStore({ folder });
  const compute = { ...nodeCompute, batches: pool };
  const ports = { store, clock: systemClock, entropy: nodeEntropy, compute };
  const { header, rootKey } = await createHeader({ repositoryId, password: undefined, ...ports });
  await initializeRepository(store, header);
  const repository = await openRepository({ ports, repositoryId, rootKey });
  await repository.takeOwnership('incarnation');
  return repository;
}

async function measure(repository: Repository, { objects, items }: SmallItems): Promise<Metrics> {
  const measurement = new Measurement();
  const total = objects * items;
  const first = (onItem: () => void) => {
    const numbers = () => allOf(items);
    return writeItems(repository, objects, { sessionId: 'first', mode: 'full', numbers, onItem });
  };
  await measurement.run({ name: 'first', total, work: first });
  for (let round = 1; round <= incrementals; round += 1) {
    const sessionId = `changed-${round}`;
    const change = { sessionId, numbers: () => hundredthOf(items, round) };
    const work = (onItem: () => void) =>
      writeItems(repository, objects, { ...change, mode: 'incremental', onItem });
    await measurement.run({ name: sessionId, total: total / 100, work });
  }
  const list = (onItem: () => void) => listItems(repository, `changed-${incrementals}`, onItem);
  await measurement.run({ name: 'list', total, work: list });
  return measurement.metrics;
}

async function main([folder = '', objects = '', items = '']: readonly string[]): Promise<void> {
  const pool = new ComputePool();
  const repository = await open(folder, pool);
  const metrics = await measure(repository, { objects: Number(objects), items: Number(items) });
  await pool.close();
  process.stdout.write(JSON.stringify(metrics));
}

await main(process.argv.slice(2));
