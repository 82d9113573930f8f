import { describe, expect, it } from 'vitest';
import { checked, flipped } from '../../../test/repository/damaging.ts';
import { everythingReadable } from '../../../test/repository/everything-readable.ts';
import { rotated } from '../../../test/repository/rotating.ts';
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
import { standardLimits } from '../consolidation/choose-packs.ts';
import { maintainRepository } from '../maintenance/maintain-repository.ts';
import type { Repository } from '../repository.ts';
import { MemorySharedChunkIndex } from '../shared-chunks/memory-shared-chunk-index.ts';
import { eraseObjects } from './erase-objects.ts';

/** Text that does not compress to less than is shared, and that is found in what opens. */
const secret = 'the secret of the attachment';
const attachment = utf8(
  Array.from({ length: 4_000 }, (_, n) => `${secret} ${n} ${Math.sin(n)}`).join('\n'),
);

/** Whose processes share one index. */
async function aKeptRepository(): Promise<TestRepository> {
  return { ...(await aRepository()), sharedChunks: new MemorySharedChunkIndex() };
}

/** In one session; each object has the attachment. */
async function backUp(repository: Repository, sessionId: string, objects: readonly string[]) {
  const session = await repository.beginSession({ jobId: 'job', sessionId, attempt: 1 });
  await Promise.all(
    objects.map(async (objectId) => {
      const writer = await session.object(anObject(objectId));
      await writer.putItem(anItem('item'), attachment);
      await writer.finish({ syncState: utf8('token'), mode: 'full', counts: {} });
    }),
  );
  await session.commit({ done: true });
}

async function erase(stored: TestRepository, ...objects: readonly string[]): Promise<void> {
  await eraseObjects((await owned(stored)).context, { objects });
}

async function canRead(stored: TestRepository, objectId: string): Promise<boolean> {
  const repository = await opened(stored);
  const pointId = repository.restorePoints().at(-1)?.pointId ?? '';
  const reader = await (await repository.openPoint({ jobId: 'job', pointId })).object(objectId);
  const item = await reader.item('item');
  const bytes = item && (await collected(reader.content(item)));
  return Buffer.compare(bytes ?? new Uint8Array(), attachment) === 0;
}

/** With the root key and everything that is in the storage. */
async function isSecretReadable(stored: TestRepository): Promise<boolean> {
  return (await everythingReadable((await opened(stored)).context)).includes(secret);
}

function dataBytes({ store }: TestRepository): number {
  return store.names('packs/').reduce((sum, name) => sum + store.bytes(name).length, 0);
}

const errors = async (stored: TestRepository) =>
  (await checked(stored)).filter(({ severity }) => severity === 'error');

describe('contents that objects shared, after an erasure', () => {
  it.each([
    ['the one that stored them first', ['ann', 'bob']],
    ['the one that found them first', ['bob', 'ann']],
  ] as const)('stay readable for the other, then for nobody: %s', async (_, [first, last]) => {
    const stored = await aRepository();
    await backUp(await owned(stored), 's1', ['ann']);
    await backUp(await owned(stored), 's2', ['bob']);
    await erase(stored, first);
    expect(await canRead(stored, last)).toBe(true);
    expect(await isSecretReadable(stored)).toBe(true);
    expect(await errors(stored)).toEqual([]);
    await erase(stored, last);
    // The bytes are there still, and nothing opens them.
    expect(dataBytes(stored)).toBeGreaterThan(0);
    expect(await isSecretReadable(stored)).toBe(false);
    expect(await errors(stored)).toEqual([]);
  });

  it('stay readable for each of those that stored them at the same time', async () => {
    const stored = await aRepository();
    const objects = ['ann', 'bob', 'eve'];
    await backUp(await owned(stored), 's1', objects);
    expect(dataBytes(stored)).toBeLessThan(attachment.length * 1.1);
    for (const [at, objectId] of objects.entries()) {
      for (const living of objects.slice(at)) expect(await canRead(stored, living)).toBe(true);
      await erase(stored, objectId);
      expect(await isSecretReadable(stored)).toBe(at < 2);
    }
  });

  it('are found damaged where only others still have them', async () => {
    const stored = await aRepository();
    await backUp(await owned(stored), 's1', ['ann']);
    await backUp(await owned(stored), 's2', ['bob']);
    await erase(stored, 'ann');
    const [pack = ''] = stored.store.names('packs/');
    stored.store.set(pack, flipped(stored.store.bytes(pack), 20_000));
    const found = await errors(stored);
    expect(found.map(({ code, objectId, items }) => [code, objectId, items])).toEqual([
      ['E_PACK_DAMAGED', 'bob', ['item']],
    ]);
  });

  it('are stored anew once the object is gone that told of them, and then found again', async () => {
    const stored = await aRepository();
    const repository = await owned(stored);
    await backUp(repository, 's1', ['ann']);
    // By whom the pack stays needed.
    await backUp(repository, 's2', ['fay']);
    await eraseObjects(repository.context, { objects: ['ann'] });
    const before = dataBytes(stored);
    await backUp(repository, 's3', ['bob']);
    const after = dataBytes(stored);
    expect(after - before).toBeGreaterThan(50_000);
    await backUp(repository, 's4', ['eve']);
    expect(dataBytes(stored) - after).toBeLessThan(10_000);
    for (const objectId of ['fay', 'bob', 'eve'])
      expect(await canRead(stored, objectId)).toBe(true);
  });

  it('are found by the rows of others where the index is made anew', async () => {
    const stored = await aRepository();
    for (const objectId of ['ann', 'fay']) await backUp(await owned(stored), objectId, [objectId]);
    await erase(stored, 'ann');
    const before = dataBytes(stored);
    await backUp(await owned(stored), 's3', ['bob']);
    expect(dataBytes(stored) - before).toBeLessThan(10_000);
    expect(await canRead(stored, 'bob')).toBe(true);
  });

  it('are stored anew by a session that was open when the object was erased', async () => {
    const stored = await aKeptRepository();
    const repository = await owned(stored);
    await backUp(repository, 's1', ['ann']);
    await backUp(repository, 's2', ['fay']);
    const session = await repository.beginSession({ jobId: 'job', sessionId: 's3', attempt: 1 });
    const put = async (objectId: string) => {
      const writer = await session.object(anObject(objectId));
      await writer.putItem(anItem('item'), attachment);
      return writer.finish({ syncState: utf8('token'), mode: 'full', counts: {} });
    };
    expect((await put('bob')).storedBytes).toBe(0);
    await eraseObjects(repository.context, { objects: ['ann'] });
    expect((await put('eve')).storedBytes).toBe(attachment.length);
    await session.commit({ done: true });
    for (const objectId of ['fay', 'bob', 'eve']) {
      expect(await canRead(stored, objectId)).toBe(true);
    }
    expect(await errors(stored)).toEqual([]);
  });

  it('stay readable over key epochs', async () => {
    const first = await aKeptRepository();
    await backUp(await owned(first), 's1', ['ann']);
    const stored = { ...first, rootKey: await rotated(first, first.rootKey) };
    const before = dataBytes(stored);
    await backUp(await owned(stored), 's2', ['bob', 'ann']);
    expect(dataBytes(stored) - before).toBeLessThan(10_000);
    for (const objectId of ['ann', 'bob']) expect(await canRead(stored, objectId)).toBe(true);
    await erase(stored, 'ann');
    expect(await canRead(stored, 'bob')).toBe(true);
    await erase(stored, 'bob');
    expect(await isSecretReadable(stored)).toBe(false);
  });

  it('stay readable, or not, wherever consolidation has moved them', async () => {
    const stored = await aRepository();
    const repository = await owned(stored);
    await backUp(repository, 's1', ['ann']);
    await backUp(repository, 's2', ['bob']);
    const { consolidated } = await maintainRepository(repository.context, {
      sessionId: 'm1',
      limits: { ...standardLimits, smallPacksMin: 1 },
      policyOf: () => ({ policy: { type: 'snapshot', keepLast: 9 }, isAbandoned: false }),
    });
    expect(consolidated.segments).toBeGreaterThan(0);
    await erase(stored, 'ann');
    expect(await canRead(stored, 'bob')).toBe(true);
    expect(await errors(stored)).toEqual([]);
    await erase(stored, 'bob');
    expect(await isSecretReadable(stored)).toBe(false);
  });
});
