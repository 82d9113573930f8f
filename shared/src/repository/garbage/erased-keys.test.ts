import { describe, expect, it } from 'vitest';
import {
  anItem,
  anObject,
  aRepository,
  opened,
  owned,
  type TestRepository,
} from '../../../test/repository/test-repository.ts';
import { toHex, utf8 } from '../bytes.ts';
import { eraseObjects } from '../erase/erase-objects.ts';
import { encodeJson } from '../json.ts';
import { maintainRepository } from '../maintenance/maintain-repository.ts';
import { sealBox } from '../segment/box.ts';

const policyOf = () => ({
  policy: { type: 'snapshot' as const, keepLast: 9 },
  isAbandoned: false,
});

async function backUp(
  stored: TestRepository,
  sessionId: string,
  objectIds: readonly string[],
): Promise<void> {
  const repository = await owned(stored);
  const session = await repository.beginSession({ jobId: 'job', sessionId, attempt: 1 });
  for (const objectId of objectIds) {
    const writer = await session.object(anObject(objectId));
    await writer.putItem(anItem('item'), utf8(`of ${objectId}`));
    await writer.finish({ syncState: utf8('token'), mode: 'full', counts: {} });
  }
  await session.commit({ done: true });
}

async function erase(stored: TestRepository, objects: readonly string[]): Promise<void> {
  await eraseObjects((await owned(stored)).context, { objects });
}

async function maintain(stored: TestRepository, sessionId = 'maintenance'): Promise<void> {
  await maintainRepository((await owned(stored)).context, { sessionId, policyOf });
}

/** Stored keys of an object, by name. */
async function keysOf(stored: TestRepository, objectId: string): Promise<readonly string[]> {
  const { keys } = (await opened(stored)).context;
  const names = stored.store.names('keys/');
  const owners = await Promise.all(names.map((name) => keys.ownerOf(name.slice(5))));
  return names.filter((_, at) => owners[at]?.objectId === objectId);
}

/** The stored key as a repair makes it. */
async function withoutSession(stored: TestRepository, id: string): Promise<Uint8Array> {
  const { ports, keys } = (await opened(stored)).context;
  const key = toHex(await keys.read(id));
  const sealing = { key: keys.derived.keys, kind: 'key' } as const;
  return sealBox(ports, sealing, encodeJson({ type: 'object', id, objectId: 'ann', key }));
}

describe('a key of an erased object that comes back', () => {
  it('by a put that was under way goes with the next maintenance', async () => {
    const stored = await aRepository();
    await backUp(stored, 's1', ['ann', 'bob']);
    const [key = ''] = await keysOf(stored, 'ann');
    const late = stored.store.bytes(key);
    await erase(stored, ['ann']);
    stored.store.set(key, late);
    await maintain(stored);
    expect(await keysOf(stored, 'ann')).toEqual([]);
    expect(await keysOf(stored, 'bob')).toHaveLength(1);
  });

  it('goes too while the session that made it is open: what that commits counts for nothing', async () => {
    const stored = await aRepository();
    await backUp(stored, 's1', ['ann', 'bob']);
    const session = await (await owned(stored)).beginSession({
      ...{ jobId: 'job', sessionId: 's2', attempt: 1 },
    });
    await erase(stored, ['ann']);
    await session.object(anObject('ann'));
    expect(await keysOf(stored, 'ann')).toHaveLength(1);
    await maintain(stored);
    expect(await keysOf(stored, 'ann')).toEqual([]);
  });

  it('goes when no session made it: the erasure names it', async () => {
    const stored = await aRepository();
    await backUp(stored, 's1', ['ann', 'bob']);
    const [name = ''] = await keysOf(stored, 'ann');
    const late = await withoutSession(stored, name.slice('keys/'.length));
    await erase(stored, ['ann']);
    stored.store.set(name, late);
    await maintain(stored);
    expect(await keysOf(stored, 'ann')).toEqual([]);
  });

  it('is left alone when it is that of a session which began after the erasure', async () => {
    const stored = await aRepository();
    await backUp(stored, 's1', ['ann', 'bob']);
    await erase(stored, ['ann']);
    await backUp(stored, 's2', ['ann']);
    const session = await (await owned(stored)).beginSession({
      ...{ jobId: 'job', sessionId: 's3', attempt: 1 },
    });
    await session.object(anObject('eve'));
    await maintain(stored);
    expect(await keysOf(stored, 'ann')).toHaveLength(1);
    expect(await keysOf(stored, 'eve')).toHaveLength(1);
  });

  it('costs one listing, however many objects were erased', async () => {
    const stored = await aRepository();
    const objects = Array.from({ length: 20 }, (_, n) => `object-${n}`);
    await backUp(stored, 's1', [...objects, 'bob']);
    await erase(stored, objects);
    await maintain(stored, 'm1');
    const { reads, writes } = stored.store;
    reads.length = 0;
    writes.length = 0;
    await maintain(stored, 'm2');
    expect(writes.filter((name) => name.startsWith('keys/'))).toEqual([]);
    expect(reads.filter((name) => /^(keys|erased)\//.test(name))).toEqual([]);
  });
});
