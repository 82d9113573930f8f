import { describe, expect, it } from 'vitest';
import {
  anItem,
  anObject,
  aRepository,
  collected,
  owned,
  someBytes,
  type TestRepository,
} from '../../../test/repository/test-repository.ts';
import { utf8 } from '../bytes.ts';
import { checkRepository } from '../check/check-repository.ts';
import type { Repository } from '../repository.ts';
import type { StoredSession } from '../session/stored-session.ts';

const objectIds = Array.from({ length: 5 }, (_, n) => `mailbox-${n}`);
const files = Array.from({ length: 24 }, (_, n) =>
  someBytes(`file ${n}`, 70_000 + ((n * 37) % 24) * 20_000),
);
const fileBytes = files.reduce((sum, { length }) => sum + length, 0);

async function start() {
  const stored = await aRepository();
  const repository = await owned(stored);
  const session = await repository.beginSession({ jobId: 'job', sessionId: 's', attempt: 1 });
  return { stored, repository, session };
}

async function putFiles(session: StoredSession, objectId: string, ordered = files) {
  const writer = await session.object(anObject(objectId));
  for (const file of ordered) {
    await writer.putItem(anItem(`item-${files.indexOf(file)}`), file);
  }
  const { storedBytes } = await writer.finish({ syncState: utf8('1'), mode: 'full', counts: {} });
  return storedBytes;
}

function dataBytes({ store }: TestRepository): number {
  const packs = store.names('packs/').map((name) => store.bytes(name).length);
  return packs.reduce((sum, length) => sum + length, 0);
}

async function expectReadable(repository: Repository, ids: readonly string[]): Promise<void> {
  for await (const finding of checkRepository(repository, { readData: true })) {
    expect(finding).toBeUndefined();
  }
  const point = await repository.openPoint({ jobId: 'job', pointId: 's' });
  for (const objectId of ids) {
    const reader = await point.object(objectId);
    for (const [n, file] of files.entries()) {
      const item = await reader.item(`item-${n}`);
      const bytes = item && (await collected(reader.content(item)));
      expect(Buffer.compare(bytes ?? new Uint8Array(), file)).toBe(0);
    }
  }
}

describe('contents that several objects of a session store at the same time', () => {
  it('are stored once when all come in the same order', async () => {
    const { stored, repository, session } = await start();
    const storedBytes = await Promise.all(objectIds.map((id) => putFiles(session, id)));
    await session.commit({ done: true });
    expect(storedBytes.reduce((sum, bytes) => sum + bytes, 0)).toBe(fileBytes);
    expect(dataBytes(stored)).toBeLessThan(fileBytes * 1.01);
    await expectReadable(repository, objectIds);
  });

  it('are stored once when they come in opposite orders', async () => {
    const { stored, repository, session } = await start();
    const [one = '', two = ''] = objectIds;
    await Promise.all([putFiles(session, one), putFiles(session, two, files.toReversed())]);
    await session.commit({ done: true });
    expect(dataBytes(stored)).toBeLessThan(fileBytes * 1.01);
    await expectReadable(repository, [one, two]);
  });

  it('are stored by another object when the first gives up', async () => {
    const { stored, repository, session } = await start();
    const [one = '', two = '', three = ''] = objectIds;
    const first = await session.object(anObject(one));
    for (const [n, file] of files.entries()) await first.putItem(anItem(`item-${n}`), file);
    const others = [putFiles(session, two), putFiles(session, three)];
    await first.abandon();
    await Promise.all(others);
    await session.commit({ done: true });
    // What the first had in packs already is not stored again.
    expect(dataBytes(stored)).toBeLessThan(fileBytes * 2);
    await expectReadable(repository, [two, three]);
  });

  it('are stored though their first writer never goes on', async () => {
    const { repository, session } = await start();
    const [one = '', two = ''] = objectIds;
    const idle = await session.object(anObject(one));
    for (const [n, file] of files.entries()) await idle.putItem(anItem(`item-${n}`), file);
    await putFiles(session, two);
    await session.commit({ done: false });
    await expectReadable(repository, [two]);
    await idle.abandon();
  });
});
