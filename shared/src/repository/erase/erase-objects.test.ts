import { describe, expect, it } from 'vitest';
import { copyPoint } from '../../../test/repository/copying.ts';
import { everythingReadable } from '../../../test/repository/everything-readable.ts';
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
import { checkRepository } from '../check/check-repository.ts';
import { sweepGraceMs } from '../log/garbage.ts';
import { readRecord } from '../object/object-record.ts';
import type { Repository } from '../repository.ts';
import { eraseObjects } from './erase-objects.ts';
import { objectsOfUsers } from './objects-of-users.ts';
import type { Remainder } from './remainder.ts';

const large = someBytes('large', 60_000);

/** @param objects object id → content of its item */
async function backUp(
  repository: Repository,
  sessionId: string,
  objects: Readonly<Record<string, Uint8Array>>,
): Promise<void> {
  const session = await repository.beginSession({ jobId: 'job', sessionId, attempt: 1 });
  for (const [objectId, content] of Object.entries(objects)) {
    const writer = await session.object(anObject(objectId));
    await writer.putItem(anItem(`item-${sessionId}`), content);
    await writer.finish({ syncState: utf8('token'), mode: 'full', counts: {} });
    await session.commit({ done: false });
  }
  await session.commit({ done: true });
}

async function backedUp(): Promise<TestRepository> {
  const stored = await aRepository();
  const repository = await owned(stored);
  await backUp(repository, 's1', { ann: large, bob: utf8('of bob') });
  await backUp(repository, 's2', { ann: utf8('more of ann') });
  return stored;
}

function forked(stored: TestRepository): TestRepository {
  const store = stored.store.fork();
  return { ...stored, store, ports: { ...stored.ports, store } };
}

async function erase(stored: TestRepository, objects: readonly string[]) {
  const remains: Remainder[] = [];
  const { context } = await owned(stored);
  const erased = await eraseObjects(context, {
    objects,
    onRemainder: (remainder) => {
      remains.push(remainder);
    },
  });
  return { ...erased, remains };
}

async function findingsOf(stored: TestRepository) {
  const findings = [];
  for await (const found of checkRepository(await opened(stored), { readData: true })) {
    findings.push(found);
  }
  return findings;
}

async function textOf(stored: TestRepository, objectId: string, pointId: string) {
  const point = await (await opened(stored)).openPoint({ jobId: 'job', pointId });
  const reader = await point.object(objectId);
  const texts: string[] = [];
  for await (const { content } of reader.readInPackOrder()) {
    texts.push(Buffer.from(await collected(content())).toString());
  }
  return texts;
}

async function keysOf(stored: TestRepository, objectId: string): Promise<readonly string[]> {
  const { context } = await opened(stored);
  const owners = await Promise.all(
    stored.store.names('keys/').map((name) => context.keys.ownerOf(name.slice('keys/'.length))),
  );
  return owners.flatMap((owner) => (owner?.objectId === objectId ? [owner.id] : []));
}

describe('erasing an object', () => {
  it('destroys its keys and the packs that are its own, and leaves the others as they were', async () => {
    const stored = await backedUp();
    const { keysDestroyed, bytesDeleted } = await erase(stored, ['ann']);
    expect(keysDestroyed).toBe(1);
    expect(stored.store.names('packs/')).toHaveLength(1);
    expect(bytesDeleted).toBeGreaterThan(60_000);
    expect(await keysOf(stored, 'ann')).toEqual([]);
    expect(await textOf(stored, 'bob', 's1')).toEqual(['of bob']);
  });

  it('is told from an object that was never there', async () => {
    const stored = await backedUp();
    await erase(stored, ['ann']);
    await expect(textOf(stored, 'ann', 's1')).rejects.toMatchObject({ code: 'E_OBJECT_ERASED' });
    await expect(textOf(stored, 'eve', 's1')).rejects.toMatchObject({
      code: 'E_OBJECT_NOT_IN_POINT',
    });
    await expect(erase(stored, ['eve'])).rejects.toMatchObject({ code: 'E_OBJECT_NOT_FOUND' });
  });

  it('is noted by check, which finds nothing else', async () => {
    const stored = await backedUp();
    await erase(stored, ['ann']);
    expect(await findingsOf(stored)).toEqual([
      expect.objectContaining({ code: 'E_OBJECT_ERASED', severity: 'note', objectId: 'ann' }),
    ]);
  });

  it('says what stays, why, and until when', async () => {
    const stored = await aRepository();
    const repository = await owned(stored);
    // Small objects of one session share a pack.
    await backUpTogether(repository, ['ann', 'bob']);
    const { remains, packsDeleted } = await erase(stored, ['ann']);
    expect(packsDeleted).toBe(0);
    const packs = remains.map(({ reason, blob }) => `${reason} ${blob.split('/')[0]}`);
    expect(packs.sort()).toEqual(['other-objects meta', 'other-objects packs']);
    await erase(stored, ['bob']);
    const again = await erase(stored, ['ann']);
    const { atMs = 0 } = [...(await opened(stored)).log.state.condemned.values()][0] ?? {};
    expect(again.remains.map(({ reason, untilMs }) => ({ reason, untilMs }))).toEqual([
      { reason: 'grace', untilMs: atMs + sweepGraceMs },
      { reason: 'grace', untilMs: atMs + sweepGraceMs },
    ]);
  });

  it('leaves packs that the storage locks or has in its archive, unreadable', async () => {
    const stored = await backedUp();
    const packs = stored.store.names('packs/');
    const first = packs.find((name) => stored.store.bytes(name).length > large.length) ?? '';
    const second = packs.find((name) => name.includes('-s2-')) ?? '';
    stored.store.set(first, stored.store.bytes(first), 'archive');
    stored.store.lock(second, 9_000_000_000_000);
    const { remains } = await erase(stored, ['ann']);
    expect(remains.map(({ reason, readable }) => ({ reason, readable }))).toEqual(
      expect.arrayContaining([
        { reason: 'archive', readable: 'nothing' },
        { reason: 'locked', readable: 'nothing' },
      ]),
    );
    const locked = remains.find(({ reason }) => reason === 'locked');
    expect(locked?.untilMs).toBeGreaterThan(9_000_000_000_000);
  });

  it('takes the manifests of packs that are deleted at once', async () => {
    const from = await aRepository('source');
    await backUp(await owned(from), 's1', { ann: large });
    const copy = await aRepository('copy');
    await copyPoint({ from, to: copy, pointId: 's1', storageClass: 'hot' });
    expect(copy.store.names('manifests/')).toHaveLength(1);
    expect(await erase(copy, ['ann'])).toMatchObject({ packsDeleted: 1 });
    expect([...copy.store.names('packs/'), ...copy.store.names('manifests/')]).toEqual([]);
  });

  it('leaves contents that others share, says so, and harms nobody', async () => {
    const stored = await aRepository();
    const attachment = someBytes('attachment', 300_000);
    await backUp(await owned(stored), 's1', { ann: attachment, bob: attachment });
    const { remains } = await erase(stored, ['ann']);
    const shared = remains.filter(({ reason }) => reason === 'shared-content');
    expect(shared).toHaveLength(1);
    expect(shared[0]).toMatchObject({ readable: 'shared-contents' });
    const point = await (await opened(stored)).openPoint({ jobId: 'job', pointId: 's1' });
    const reader = await point.object('bob');
    for await (const { content } of reader.readInPackOrder()) {
      expect(Buffer.compare(await collected(content()), attachment)).toBe(0);
    }
    expect((await findingsOf(stored)).filter(({ severity }) => severity !== 'note')).toEqual([]);
  });

  it('does not reach what a later session backs up again, when it is repeated for another', async () => {
    const stored = await backedUp();
    await erase(stored, ['ann']);
    await backUp(await owned(stored), 's3', { ann: utf8('ann is back') });
    await erase(stored, ['bob']);
    expect(await textOf(stored, 'ann', 's3')).toEqual(['ann is back']);
    expect((await findingsOf(stored)).map(({ severity }) => severity)).toEqual(['note', 'note']);
  });

  it('keeps a session that was open from bringing the object back', async () => {
    const stored = await backedUp();
    const repository = await owned(stored);
    const session = await repository.beginSession({ jobId: 'job', sessionId: 's3', attempt: 1 });
    const writer = await session.object(anObject('ann'));
    await writer.putItem(anItem('late'), utf8('late'));
    await writer.finish({ syncState: utf8('token'), mode: 'incremental', counts: {} });
    await eraseObjects(repository.context, { objects: ['ann'] });
    await session.commit({ done: true });
    await expect(textOf(stored, 'ann', 's3')).rejects.toMatchObject({ code: 'E_OBJECT_ERASED' });
    expect((await findingsOf(stored)).map(({ severity }) => severity)).toEqual(['note']);
  });

  it('forgets keys that the process has read', async () => {
    const stored = await backedUp();
    const repository = await owned(stored);
    const { context } = repository;
    const root = [...(context.log.state.points.get('job')?.get('ann')?.points ?? [])].at(-1)?.root;
    const { compute } = stored.ports;
    const record = await readRecord({ ...context, compute }, root ?? '');
    await context.keys.objectKey(record.keyId);
    await eraseObjects(context, { objects: ['ann'] });
    await expect(context.keys.objectKey(record.keyId)).rejects.toMatchObject({
      code: 'E_REPOSITORY_DAMAGED',
    });
  });

  it('makes names and sync states unreadable in meta packs that other objects need', async () => {
    const stored = await aRepository();
    await backUpTogether(await owned(stored), ['ann', 'bob', 'eve']);
    const before = await everythingReadable((await opened(stored)).context);
    expect(tellingOf('ann').filter((text) => !before.includes(text))).toEqual([]);
    await erase(stored, ['ann']);
    const readable = await everythingReadable((await opened(stored)).context);
    expect(readable.includes('"objectId":"ann"')).toBe(true);
    expect(tellingOf('ann').filter((text) => readable.includes(text))).toEqual([]);
    expect(tellingOf('bob').filter((text) => !readable.includes(text))).toEqual([]);
    const { object } = await (
      await (await opened(stored)).openPoint({ jobId: 'job', pointId: 's1' })
    ).object('bob');
    expect(object).toMatchObject(anObject('bob'));
  });

  it('finds the objects of a user by id or by name', async () => {
    const { context } = await opened(await backedUp());
    for (const user of ['user-of-ann', 'ANN@example.com']) {
      const found = await objectsOfUsers(context, [user]);
      expect(found.map(({ objectId }) => objectId)).toEqual(['ann']);
    }
    expect(await objectsOfUsers(context, ['nobody'])).toEqual([]);
  });

  it('survives a death at every write', async () => {
    const before = await backedUp();
    for (let writes = 0; ; writes += 1) {
      const stored = forked(before);
      const { context } = await owned(stored);
      stored.store.writesLeft = writes;
      const died = await eraseObjects(context, { objects: ['ann'] }).then(
        () => false,
        () => true,
      );
      stored.store.writesLeft = Number.POSITIVE_INFINITY;
      await expectSound(stored);
      await erase(stored, ['ann']);
      expect(await keysOf(stored, 'ann')).toEqual([]);
      await expectSound(stored);
      expect(stored.store.names('packs/').filter((name) => name.includes('-s2-'))).toEqual([]);
      if (!died) break;
    }
  });
});

async function expectSound(stored: TestRepository): Promise<void> {
  expect((await findingsOf(stored)).filter(({ severity }) => severity !== 'note')).toEqual([]);
  expect(await textOf(stored, 'bob', 's1')).toEqual(['of bob']);
}

async function backUpTogether(repository: Repository, objects: readonly string[]): Promise<void> {
  const session = await repository.beginSession({ jobId: 'job', sessionId: 's1', attempt: 1 });
  for (const objectId of objects) {
    const writer = await session.object(anObject(objectId));
    await writer.putItem(anItem(`item-${objectId}`), utf8(`content of ${objectId}`));
    const syncState = utf8(`token of ${objectId}`);
    await writer.finish({ syncState, mode: 'full', counts: {} });
  }
  await session.commit({ done: true });
}

/** What backUpTogether stores of an object that nobody may read after its erasure. */
function tellingOf(objectId: string): readonly string[] {
  const { userPrincipalName, displayName } = anObject(objectId);
  const stored = [`content of ${objectId}`, `Subject of item-${objectId}`, `token of ${objectId}`];
  return [userPrincipalName, displayName, ...stored];
}
