/**
 * A process of its own: backs up as many items as it is told into a storage that
 * keeps no packs, and prints the most bytes that were alive at any time.
 */
import { randomBytes } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { nodeCompute } from '../../src/compute/node-compute.ts';
import { nodeEntropy } from '../../src/compute/node-entropy.ts';
import { FolderStore } from '../../src/object-store/folder/folder-store.ts';
import { initializeRepository } from '../../src/repository/header/header-store.ts';
import { createHeader } from '../../src/repository/header/repository-header.ts';
import type { PutOptions } from '../../src/repository/ports.ts';
import { openRepository } from '../../src/repository/repository.ts';
import { systemClock } from '../../src/time/system-clock.ts';
import { anItem, anObject } from './test-repository.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

let alivePeakBytes = 0;

function sample(): void {
  // What the first collection finds is swept on another thread; the second one waits for it.
  collectGarbage();
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  alivePeakBytes = Math.max(alivePeakBytes, heapUsed + arrayBuffers);
}

/** Reads packs to their end and keeps nothing of them; looks at memory at every other put. */
class DiscardingStore extends FolderStore {
  override async put(name: string, body: Uint8Array, options?: PutOptions): Promise<void> {
    sample();
    await super.put(name, body, options);
  }

  override async putStream(_name: string, body: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const _ of body);
  }
}

/** So large that 3,000 rows are more than an object keeps in memory. */
const properties = { note: 'x'.repeat(3_000) };
const contentBytes = 4_096;
const samplesPerRun = 20;

async function backUp(folder: string, items: number): Promise<void> {
  const store = new DiscardingStore({ folder });
  const ports = { store, clock: systemClock, entropy: nodeEntropy, compute: nodeCompute };
  const repositoryId = 'repository-1';
  const { header, rootKey } = await createHeader({ repositoryId, password: undefined, ...ports });
  await initializeRepository(store, header);
  const repository = await openRepository({ ports, repositoryId, rootKey });
  await repository.takeOwnership('incarnation-1');
  const session = await repository.beginSession({ jobId: 'job', sessionId: 's1', attempt: 1 });
  const object = await session.object(anObject('mailbox-1'));
  for (let n = 0; n < items; n += 1) {
    await object.putItem(anItem(`item-${n}`, { properties }), randomBytes(contentBytes));
    if (n % Math.ceil(items / samplesPerRun) === 0) sample();
  }
  await object.finish({ syncState: new Uint8Array(1), mode: 'full', counts: {} });
  await session.commit({ done: true });
}

const [folder = '', items = ''] = process.argv.slice(2);
await backUp(folder, Number(items));
process.stdout.write(JSON.stringify({ alivePeakBytes }));
