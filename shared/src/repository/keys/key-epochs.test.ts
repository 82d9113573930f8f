import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rotated } from '../../../test/repository/rotating.ts';
import {
  anItem,
  anObject,
  aRepository,
  collected,
  someBytes,
  type TestRepository,
} from '../../../test/repository/test-repository.ts';
import { isAppError } from '../../errors/app-error.ts';
import { toHex, utf8 } from '../bytes.ts';
import { checkRepository } from '../check/check-repository.ts';
import { openRepository, type Repository } from '../repository.ts';
import { openBox } from '../segment/box.ts';
import { deriveKeys } from './derived-keys.ts';

async function backUp(
  repository: Repository,
  sessionId: string,
  items: Readonly<Record<string, Uint8Array>>,
): Promise<void> {
  const session = await repository.beginSession({ jobId: 'job', sessionId, attempt: 1 });
  const writer = await session.object(anObject('ann'));
  for (const [itemId, content] of Object.entries(items)) {
    await writer.putItem(anItem(itemId), content);
  }
  await writer.finish({ syncState: utf8('token'), mode: 'incremental', counts: {} });
  await session.commit({ done: true });
}

async function contentsOf(repository: Repository): Promise<Record<string, string>> {
  const pointId = repository.restorePoints('job').at(-1)?.pointId ?? '';
  const reader = await (await repository.openPoint({ jobId: 'job', pointId })).object('ann');
  const contents: Record<string, string> = {};
  for await (const { item, content } of reader.readInPackOrder()) {
    contents[item.itemId] = toHex(await collected(content()));
  }
  return contents;
}

async function owned(stored: TestRepository, rootKey: Uint8Array): Promise<Repository> {
  const { ports, repositoryId } = stored;
  const repository = await openRepository({ ports, repositoryId, rootKey });
  await repository.takeOwnership(`with ${toHex(rootKey)}`);
  return repository;
}

describe('a new key epoch', () => {
  it('leaves what is older readable, and incrementals go on from it', async () => {
    const stored = await aRepository();
    await backUp(await owned(stored, stored.rootKey), 's1', { a: utf8('a'), b: utf8('b') });
    const rootKey = await rotated(stored, stored.rootKey);
    const repository = await owned(stored, rootKey);
    await backUp(repository, 's2', { b: utf8('b2'), c: someBytes('c', 200_000) });
    const expected = { a: utf8('a'), b: utf8('b2'), c: someBytes('c', 200_000) };
    const hex = Object.entries(expected).map(([id, bytes]) => [id, toHex(bytes)]);
    expect(await contentsOf(repository)).toEqual(Object.fromEntries(hex));
    for await (const found of checkRepository(repository, { readData: true })) {
      expect(found).toBeUndefined();
    }
  });

  it('is refused to whoever has the root key of an older one', async () => {
    const stored = await aRepository();
    await rotated(stored, stored.rootKey);
    await expect(owned(stored, stored.rootKey)).rejects.toMatchObject({
      code: 'E_REPOSITORY_KEYS_CHANGED',
    });
  });

  it('is met by a reader who was there before, and told from damage', async () => {
    const stored = await aRepository();
    await backUp(await owned(stored, stored.rootKey), 's1', { a: utf8('a') });
    const { ports, repositoryId } = stored;
    const reader = await openRepository({ ports, repositoryId, rootKey: stored.rootKey });
    const rootKey = await rotated(stored, stored.rootKey);
    await backUp(await owned(stored, rootKey), 's2', { a: utf8('a2') });
    await expect(reader.refresh()).rejects.toMatchObject({ code: 'E_REPOSITORY_KEYS_CHANGED' });
    await reader.adoptRootKey(rootKey);
    await reader.refresh();
    expect(await contentsOf(reader)).toEqual({ a: toHex(utf8('a2')) });
  });

  it('keeps the keys of new data from whoever has the root key of an older one', async () => {
    const stored = await aRepository();
    await backUp(await owned(stored, stored.rootKey), 's1', { a: utf8('a') });
    const before = stored.store.names('keys/');
    const rootKey = await rotated(stored, stored.rootKey);
    await backUp(await owned(stored, rootKey), 's2', { a: utf8('a2') });
    const { repositoryId, ports } = stored;
    const thief = await deriveKeys(
      { compute: ports.compute, repositoryId },
      new Map([[1, stored.rootKey]]),
    );
    const opensAt = async (name: string) => {
      const box = stored.store.bytes(name);
      return openBox(ports.compute, { key: thief.keys, kind: 'key' }, box).then(
        () => true,
        (error: unknown) => !isAppError(error, 'E_REPOSITORY_DAMAGED'),
      );
    };
    const added = stored.store.names('keys/').filter((name) => !before.includes(name));
    expect(added).toHaveLength(1);
    for (const name of before) expect(await opensAt(name)).toBe(true);
    for (const name of added) expect(await opensAt(name)).toBe(false);
  });

  it('is taken up by a session that is open', async () => {
    const stored = await aRepository();
    const repository = await owned(stored, stored.rootKey);
    await backUp(repository, 's1', { a: utf8('a') });
    const session = await repository.beginSession({ jobId: 'job', sessionId: 's2', attempt: 1 });
    const rootKey = await rotated(stored, stored.rootKey);
    await repository.adoptRootKey(rootKey);
    const writer = await session.object(anObject('ann'));
    await writer.putItem(anItem('b'), utf8('b'));
    await writer.finish({ syncState: utf8('token'), mode: 'incremental', counts: {} });
    await session.commit({ done: true });
    const again = await openRepository({ ...stored, rootKey });
    expect(Object.keys(await contentsOf(again))).toEqual(['a', 'b']);
  });

  it('is the newest of any number, and each state stays readable', async () => {
    const step = fc.constantFrom('back up' as const, 'rotate' as const);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
        const stored = await aRepository();
        let { rootKey } = stored;
        const expected: Record<string, string> = {};
        for (const [at, each] of steps.entries()) {
          if (each === 'rotate') {
            rootKey = await rotated(stored, rootKey);
            continue;
          }
          const content = utf8(`content ${at}`);
          await backUp(await owned(stored, rootKey), `s${at}`, { [`item ${at}`]: content });
          expected[`item ${at}`] = toHex(content);
        }
        const repository = await openRepository({ ...stored, rootKey });
        if (Object.keys(expected).length > 0) {
          expect(await contentsOf(repository)).toEqual(expected);
        }
      }),
      { numRuns: 25 },
    );
  });
});
