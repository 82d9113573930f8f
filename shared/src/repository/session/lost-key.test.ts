import { expect, it } from 'vitest';
import {
  anItem,
  anObject,
  aRepository,
  collected,
  opened,
  owned,
  someBytes,
  type TestRepository,
} from '../../../test/repository/test-repository.ts';
import { utf8 } from '../bytes.ts';
import type { StoredSession } from './stored-session.ts';

const objectId = 'mailbox-1';
const content = someBytes('content', 5_000);

async function put(session: StoredSession): Promise<void> {
  const writer = await session.object(anObject(objectId));
  await writer.putItem(anItem('item'), content);
  await writer.finish({ syncState: utf8('token'), mode: 'full', counts: {} });
  await session.commit({ done: true });
}

async function begun(stored: TestRepository, sessionId: string): Promise<StoredSession> {
  const repository = await owned(stored);
  return repository.beginSession({ jobId: 'job', sessionId, attempt: 1 });
}

/** An object of one item. */
async function aBackup(): Promise<TestRepository> {
  const stored = await aRepository();
  await put(await begun(stored, 's1'));
  return stored;
}

function loseKeys({ store }: TestRepository): void {
  for (const name of store.names('keys/')) store.blobs.delete(name);
}

it('reads one key of an object that is unchanged, and no row', async () => {
  const stored = await aBackup();
  const session = await begun(stored, 's2');
  const before = stored.store.reads.length;
  expect((await session.previous(objectId))?.syncState).toEqual(utf8('token'));
  session.unchanged(objectId);
  await session.commit({ done: true });
  const kinds = stored.store.reads.slice(before).map((name) => name.split('/')[0]);
  expect(kinds.filter((kind) => kind !== 'log').sort()).toEqual(['keys', 'meta']);
});

it('builds nothing upon an object whose key is lost, and stores it anew', async () => {
  const stored = await aBackup();
  loseKeys(stored);
  const session = await begun(stored, 's2');
  expect(await session.previous(objectId)).toBeUndefined();
  await put(session);
  const point = await (await opened(stored)).openPoint({ jobId: 'job', pointId: 's2' });
  const reader = await point.object(objectId);
  const item = await reader.item('item');
  expect(item && (await collected(reader.content(item)))).toEqual(content);
});
