/** A process of its own: writes many small items, lists them again, and prints what it took. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { nodeCompute } from '@firn/shared/compute/node-compute';
import { nodeEntropy } from '@firn/shared/compute/node-entropy';
import { ComputePool } from '@firn/shared/compute/pool/compute-pool';
import { FolderStore } from '@firn/shared/object-store/folder/folder-store';
import { initializeRepository } from '@firn/shared/repository/header/header-store';
import { createHeader } from '@firn/shared/repository/header/repository-header';
import { openRepository, type Repository } from '@firn/shared/repository/repository';
import type { NewItem } from '@firn/shared/repository/session/repository-session';
import type { StoredSession } from '@firn/shared/repository/session/stored-session';
import { systemClock } from '@firn/shared/time/system-clock';

const repositoryId = 'benchmark';
const jobId = 'job';
const sessionId = 'session';
const objectsAtOnce = 4;
const contentBytes = 1024;
const sampleMs = 1_000;

/** Reads packs to their end and keeps nothing of them. */
class DiscardingStore extends FolderStore {
  override async putStream(_name: string, body: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const _ of body);
  }
}

/** Half of it random, half of it text, as a small mail is. */
function aContent(): Uint8Array {
  const random = randomBytes(contentBytes / 4).toString('hex');
  return Buffer.from(`${random}${'The quick brown fox jumps over the lazy dog. '.repeat(12)}`);
}

function anItem(objectId: string, n: number): NewItem {
  return {
    itemId: `${objectId}-${n.toString(36).padStart(8, '0')}-${'AAMkAGI2TG93AAA='.repeat(6)}`,
    folderId: `folder-${n % 20}`,
    name: `Subject of mail ${n}`,
    type: 'IPM.Note',
    changeKey: `key-${n}`,
    size: contentBytes,
    date: new Date(1_700_000_000_000 + n * 60_000).toISOString(),
    columns: { fromName: `Sender ${n % 500}`, fromAddress: `sender${n % 500}@example.com` },
    properties: {},
    format: 'fts',
  };
}

async function writeObject(session: StoredSession, objectId: string, items: number) {
  const person = { userId: objectId, userPrincipalName: `${objectId}@example.com` };
  const identity = { objectId, kind: 'mailbox', displayName: objectId, ...person } as const;
  const writer = await session.object(identity);
  for (let n = 0; n < items; n += 1) await writer.putItem(anItem(objectId, n), aContent());
  await writer.finish({ syncState: randomBytes(500), mode: 'full', counts: {} });
}

async function writeAll(repository: Repository, objects: number, items: number): Promise<void> {
  const session = await repository.beginSession({ jobId, sessionId, attempt: 1 });
  let next = 0;
  const writing = Array.from({ length: objectsAtOnce }, async () => {
    while (next < objects) {
      const n = next;
      next += 1;
      await writeObject(session, `mailbox-${n}`, items);
    }
  });
  await Promise.all(writing);
  await session.commit({ done: true });
}

async function countAll(repository: Repository): Promise<number> {
  const point = await repository.openPoint({ jobId, pointId: sessionId });
  let items = 0;
  for await (const { objectId } of point.objects()) {
    for await (const _ of (await point.object(objectId)).items()) items += 1;
  }
  return items;
}

function peakRssBytes(): number {
  const status = readFileSync('/proc/self/status', 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
}

async function main([folder = '', objects = '', items = '']: readonly string[]): Promise<void> {
  const rssBytes: number[] = [];
  const sampling = setInterval(() => rssBytes.push(process.memoryUsage.rss()), sampleMs);
  const pool = new ComputePool();
  const store = new DiscardingStore({ folder });
  const compute = { ...nodeCompute, batches: pool };
  const ports = { store, clock: systemClock, entropy: nodeEntropy, compute };
  const { header, rootKey } = await createHeader({ repositoryId, password: undefined, ...ports });
  await initializeRepository(store, header);
  const repository = await openRepository({ ports, repositoryId, rootKey });
  await repository.takeOwnership('incarnation');
  const begun = performance.now();
  await writeAll(repository, Number(objects), Number(items));
  const written = performance.now();
  const writePeakBytes = peakRssBytes();
  const count = await countAll(repository);
  const read = performance.now();
  clearInterval(sampling);
  await pool.close();
  const quarter = Math.floor(rssBytes.length / 4);
  const result = {
    items: count,
    writeItemsPerSecond: (count * 1000) / (written - begun),
    listItemsPerSecond: (count * 1000) / (read - written),
    writePeakBytes,
    peakBytes: peakRssBytes(),
    firstQuarterBytes: Math.max(0, ...rssBytes.slice(0, quarter)),
    lastQuarterBytes: Math.max(0, ...rssBytes.slice(-quarter)),
  };
  process.stdout.write(JSON.stringify(result));
}

await main(process.argv.slice(2));
