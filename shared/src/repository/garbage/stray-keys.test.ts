import { describe, expect, it } from 'vitest';
import {
  anItem,
  anObject,
  aRepository,
  collected,
  opened,
  owned,
  type TestRepository,
} from '../../../test/repository/test-repository.ts';
import { utf8 } from '../bytes.ts';
import { checkRepository } from '../check/check-repository.ts';
import { eraseObjects } from '../erase/erase-objects.ts';
import type { Repository } from '../repository.ts';
import type { StoredSession } from '../session/stored-session.ts';

function begin(repository: Repository, sessionId: string): Promise<StoredSession> {
  return repository.beginSession({ jobId: 'job', sessionId, attempt: 1 });
}

async function write(session: StoredSession, objectId: string): Promise<void> {
  const writer = await session.object(anObject(objectId));
  await writer.putItem(anItem('item'), utf8(`of ${objectId}`));
  await writer.finish({ syncState: utf8('token'), mode: 'full', counts: {} });
}

async function backUp(stored: TestRepository, sessionId: string, objectId: string): Promise<void> {
  const session = await begin(await owned(stored), sessionId);
  await write(session, objectId);
  await session.commit({ done: true });
}

/** Collects garbage. @returns how many keys it destroyed */
async function collect(stored: TestRepository): Promise<number> {
  return (await (await owned(stored)).collectGarbage()).keysDestroyed.length;
}

async function expectWhole(stored: TestRepository, objectId: string): Promise<void> {
  const repository = await opened(stored);
  for await (const found of checkRepository(repository, { readData: true })) {
    expect(found.severity).toBe('note');
  }
  const pointId = repository.restorePoints('job').at(-1)?.pointId ?? '';
  const reader = await (await repository.openPoint({ jobId: 'job', pointId })).object(objectId);
  const texts: string[] = [];
  for await (const { content } of reader.readInPackOrder()) {
    texts.push(Buffer.from(await collected(content())).toString());
  }
  expect(texts).toEqual([`of ${objectId}`]);
}

describe('keys that nothing lies under', () => {
  it('go once the session that made them has ended without a commit', async () => {
    const stored = await aRepository();
    await backUp(stored, 's1', 'ann');
    const kept = stored.store.names('keys/');
    const repository = await owned(stored);
    const session = await begin(repository, 's2');
    await write(session, 'bob');
    expect((await repository.collectGarbage()).keysDestroyed).toEqual([]);
    await session.close();
    expect(await collect(stored)).toBe(1);
    expect(stored.store.names('keys/')).toEqual(kept);
    await expectWhole(stored, 'ann');
  });

  it('go when a later attempt committed the object under another key', async () => {
    const stored = await aRepository();
    await write(await begin(await owned(stored), 's1'), 'ann');
    const [ofFirst] = stored.store.names('keys/');
    await backUp(stored, 's1', 'ann');
    expect(await collect(stored)).toBe(1);
    expect(stored.store.names('keys/')).not.toContain(ofFirst);
    await expectWhole(stored, 'ann');
  });

  it('go when the object was erased while the session was open', async () => {
    const stored = await aRepository();
    await backUp(stored, 's1', 'bob');
    await backUp(stored, 's2', 'ann');
    const kept = stored.store.names('keys/').length;
    const repository = await owned(stored);
    const session = await begin(repository, 's3');
    await eraseObjects(repository.context, { objects: ['ann'] });
    await write(session, 'ann');
    await session.commit({ done: true });
    expect(await collect(stored)).toBe(1);
    expect(stored.store.names('keys/')).toHaveLength(kept - 1);
    await expectWhole(stored, 'bob');
  });

  it('stay while the storage has them locked, and go later', async () => {
    const stored = await aRepository();
    await backUp(stored, 's1', 'ann');
    const session = await begin(await owned(stored), 's2');
    await write(session, 'bob');
    await session.close();
    const names = stored.store.names('keys/');
    for (const name of names) stored.store.lock(name, 9_000_000_000_000);
    expect(await collect(stored)).toBe(0);
    expect(stored.store.names('keys/')).toEqual(names);
    for (const name of names) stored.store.lock(name, 0);
    expect(await collect(stored)).toBe(1);
  });

  it('are looked for without reading those that are needed', async () => {
    const stored = await aRepository();
    for (const objectId of ['ann', 'bob', 'eve']) await backUp(stored, `s-${objectId}`, objectId);
    const repository = await owned(stored);
    stored.store.reads.length = 0;
    await repository.collectGarbage();
    expect(stored.store.reads.filter((name) => name.startsWith('keys/'))).toEqual([]);
  });
});
