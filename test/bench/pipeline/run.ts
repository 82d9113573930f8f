/** A process of its own: writes one case through the pipeline, and prints what it took. */
import { readFileSync } from 'node:fs';
import { nodeCompute } from '@firn/shared/compute/node-compute';
import { nodeEntropy } from '@firn/shared/compute/node-entropy';
import { ComputePool } from '@firn/shared/compute/pool/compute-pool';
import { MemoryStore } from '@firn/shared/object-store/memory/memory-store';
import { initializeRepository } from '@firn/shared/repository/header/header-store';
import { createHeader } from '@firn/shared/repository/header/repository-header';
import type { PutOptions } from '@firn/shared/repository/ports';
import { openRepository } from '@firn/shared/repository/repository';
import type { NewItem, ObjectWriter } from '@firn/shared/repository/session/repository-session';
import type { StoredSession } from '@firn/shared/repository/session/stored-session';
import { systemClock } from '@firn/shared/time/system-clock';
import { Sources } from './sources.ts';

const repositoryId = 'benchmark';
const jobId = 'job';
const objectsAtOnce = 4;
const end = { syncState: new Uint8Array(1), mode: 'full', counts: {} } as const;

/** Keeps what is small, and of packs only how long they are. */
class DiscardingStore extends MemoryStore {
  packBytes = 0;

  override async putStream(
    name: string,
    body: AsyncIterable<Uint8Array>,
    options?: PutOptions,
  ): Promise<void> {
    if (!name.startsWith('packs/')) return super.putStream(name, body, options);
    for await (const chunk of body) this.packBytes += chunk.length;
  }
}

function anItem(itemId: string, size: number): NewItem {
  return {
    ...{ itemId, folderId: 'inbox', name: `Subject of ${itemId}`, type: 'IPM.Note', size },
    ...{ changeKey: 'key', date: '2026-01-02T03:04:05Z', columns: {}, properties: {} },
    format: 'fts',
  };
}

/** @returns bytes that were given */
type Case = (session: StoredSession, sizeBytes: number) => Promise<number>;

async function writeObject(
  session: StoredSession,
  objectId: string,
  write: (writer: ObjectWriter) => Promise<void>,
): Promise<void> {
  const identity = { kind: 'mailbox', userId: 'u', userPrincipalName: 'u', displayName: 'u' };
  const writer = await session.object({ objectId, ...identity, kind: 'mailbox' });
  await write(writer);
  await writer.finish(end);
}

const mail: Case = async (session, sizeBytes) => {
  const mails = new Sources().mails(Math.round(sizeBytes / 75_000));
  let given = 0;
  let n = 0;
  const writing = Array.from({ length: objectsAtOnce }, (_, at) =>
    writeObject(session, `mailbox-${at}`, async (writer) => {
      for (const content of mails) {
        given += content.length;
        n += 1;
        await writer.putItem(anItem(`item-${n}`, content.length), content);
      }
    }),
  );
  await Promise.all(writing);
  return given;
};

const image: Case = async (session, sizeBytes) => {
  const sources = new Sources();
  await writeObject(session, 'drive', (writer) =>
    writer.putItem(anItem('image', sizeBytes), sources.image(sizeBytes)),
  );
  return sizeBytes;
};

async function main([name = '', size = '', threads = '']: readonly string[]): Promise<void> {
  const store = new DiscardingStore();
  const pool = Number(threads) > 0 ? new ComputePool({ threads: Number(threads) }) : undefined;
  const compute = pool === undefined ? nodeCompute : { ...nodeCompute, batches: pool };
  const ports = { store, clock: systemClock, entropy: nodeEntropy, compute };
  const { header, rootKey } = await createHeader({ repositoryId, password: undefined, ...ports });
  await initializeRepository(store, header);
  const repository = await openRepository({ ports, repositoryId, rootKey });
  await repository.takeOwnership('incarnation');
  const session = await repository.beginSession({ jobId, sessionId: 's', attempt: 1 });
  const begun = performance.now();
  const bytes = await { mail, image }[name === 'mail' ? 'mail' : 'image'](session, Number(size));
  await session.commit({ done: true });
  const seconds = (performance.now() - begun) / 1000;
  await pool?.close();
  const status = readFileSync('/proc/self/status', 'utf8');
  const rssBytes = Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
  const result = { bytesPerSecond: bytes / seconds, rssBytes, stored: store.packBytes / bytes };
  process.stdout.write(JSON.stringify(result));
}

await main(process.argv.slice(2));
