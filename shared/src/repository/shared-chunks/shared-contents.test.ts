import { describe, expect, it } from 'vitest';
import { copyPoint } from '../../../test/repository/copying.ts';
import { base64Text } from '../../../test/repository/splitting.ts';
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
import { expirePoints, retireObject } from '../log/expiry.ts';
import { openRepository, type Repository } from '../repository.ts';
import type { StoredSession } from '../session/stored-session.ts';
import { MemorySharedChunkIndex } from './memory-shared-chunk-index.ts';

const file = someBytes('attachment', 300_001);
const end = { syncState: utf8('token'), mode: 'full', counts: {} } as const;
const withoutGrace = { graceMs: 0 };

/** A message of its own with the file attached. */
function mail(subject: string, lineLength = 76): Uint8Array {
  return utf8(
    [
      `Subject: ${subject}`,
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      'Content-Transfer-Encoding: base64',
      '',
      base64Text(file, lineLength, '\r\n'),
      '--b--',
      '',
    ].join('\r\n'),
  );
}

async function putInto(session: StoredSession, objectId: string, content: Uint8Array) {
  const writer = await session.object(anObject(objectId));
  await writer.putItem(anItem('item'), content);
  await writer.finish(end);
}

async function begin(repository: Repository, jobId: string, sessionId: string) {
  return repository.beginSession({ jobId, sessionId, attempt: 1 });
}

async function backUp(
  repository: Repository,
  [jobId, sessionId, objectId]: readonly [string, string, string],
  content: Uint8Array,
) {
  const session = await begin(repository, jobId, sessionId);
  await putInto(session, objectId, content);
  return session.commit({ done: true });
}

async function contentOf(
  repository: Repository,
  [jobId, pointId, objectId]: readonly [string, string, string],
): Promise<Uint8Array> {
  const point = await repository.openPoint({ jobId, pointId });
  const reader = await point.object(objectId);
  const item = await reader.item('item');
  expect(item).toBeDefined();
  return item === undefined ? new Uint8Array() : collected(reader.content(item));
}

/** Nothing needs the point of the first session any more. */
async function forget({ log }: Repository): Promise<void> {
  await retireObject(log, { jobId: 'job', objectId: 'mailbox-1' });
  await expirePoints(log, [{ jobId: 'job', objectId: 'mailbox-1', sessionId: 's1' }]);
}

function dataBytes({ store }: TestRepository): number {
  return store
    .names()
    .filter((name) => name.startsWith('packs/'))
    .reduce((sum, name) => sum + store.bytes(name).length, 0);
}

async function expectSound(repository: Repository): Promise<void> {
  const findings: unknown[] = [];
  for await (const finding of checkRepository(repository, { readData: true })) {
    findings.push(finding);
  }
  expect(findings).toEqual([]);
}

describe('contents that objects share', () => {
  it('are stored once for mailboxes, drives and jobs', async () => {
    const stored = await aRepository();
    const repository = await owned(stored);
    const session = await begin(repository, 'job', 's1');
    await putInto(session, 'mailbox-1', mail('one'));
    await putInto(session, 'mailbox-2', mail('two', 72));
    await session.commit({ done: true });
    await backUp(repository, ['other', 's2', 'drive'], file);
    expect(dataBytes(stored)).toBeLessThan(310_000);
    expect(await contentOf(repository, ['job', 's1', 'mailbox-1'])).toEqual(mail('one'));
    expect(await contentOf(repository, ['job', 's1', 'mailbox-2'])).toEqual(mail('two', 72));
    expect(await contentOf(repository, ['other', 's2', 'drive'])).toEqual(file);
    await expectSound(repository);
  });

  it('are stored once for objects that are written at the same time', async () => {
    const stored = await aRepository();
    const repository = await owned(stored);
    const session = await begin(repository, 'job', 's1');
    const [one, two] = [
      await session.object(anObject('drive-1')),
      await session.object(anObject('drive-2')),
    ];
    const large = someBytes('large', 4_000_000);
    for (let at = 0; at < large.length; at += 400_000) {
      await one.putItem(anItem(`${at}`), large.subarray(at, at + 400_000));
    }
    await one.finish(end);
    for (let at = 0; at < large.length; at += 400_000) {
      await two.putItem(anItem(`${at}`), large.subarray(at, at + 400_000));
    }
    await two.finish(end);
    await session.commit({ done: true });
    expect(dataBytes(stored)).toBeLessThan(4_100_000);
    await expectSound(repository);
  });

  it('are read in the order of packs, and in ranges', async () => {
    const repository = await owned(await aRepository());
    await backUp(repository, ['job', 's1', 'mailbox-1'], mail('one'));
    const point = await repository.openPoint({ jobId: 'job', pointId: 's1' });
    const reader = await point.object('mailbox-1');
    for await (const { item, failure, content } of reader.readInPackOrder()) {
      expect(failure).toBeUndefined();
      expect(await collected(content())).toEqual(mail('one'));
      const range = { offset: 200_000, length: 333 };
      expect(await collected(reader.content(item, range))).toEqual(
        mail('one').subarray(200_000, 200_333),
      );
    }
  });

  it('are copied with each object, under keys that follow from its own', async () => {
    const [from, to] = [await aRepository(), await aRepository('copy')];
    const repository = await owned(from);
    await backUp(repository, ['job', 's1', 'mailbox-1'], mail('one'));
    const session = await begin(repository, 'job', 's2');
    await putInto(session, 'mailbox-2', mail('two'));
    await session.commit({ done: true });
    await copyPoint({ from, to, pointId: 's2', storageClass: 'hot' });
    const copy = await owned(to);
    const point = await copy.openPoint({ jobId: 'copy', pointId: 'copy-s2' });
    for (const objectId of ['mailbox-1', 'mailbox-2']) {
      const { state } = await point.object(objectId);
      for (const segment of await state.referredSegments()) {
        const { keyId, segmentKey } = await state.place(segment);
        expect({ keyId, segmentKey }).toEqual({ keyId: state.record.keyId, segmentKey: undefined });
      }
    }
    expect(await contentOf(copy, ['copy', 'copy-s2', 'mailbox-1'])).toEqual(mail('one'));
    expect(await contentOf(copy, ['copy', 'copy-s2', 'mailbox-2'])).toEqual(mail('two'));
    await expectSound(copy);
  });

  it('outlive the object that stored them', async () => {
    const stored = await aRepository();
    const repository = await owned(stored);
    await backUp(repository, ['job', 's1', 'mailbox-1'], mail('one'));
    await backUp(repository, ['other', 's2', 'mailbox-2'], mail('two'));
    const point = await repository.openPoint({ jobId: 'job', pointId: 's1' });
    const { keyId } = (await point.object('mailbox-1')).state.record;
    await stored.store.delete(`keys/${keyId}`);
    const reopened = await owned(stored);
    expect(await contentOf(reopened, ['other', 's2', 'mailbox-2'])).toEqual(mail('two'));
    // Without the key of the one that told of it another process stores it anew.
    await backUp(reopened, ['other', 's3', 'mailbox-3'], mail('three'));
    expect(await contentOf(reopened, ['other', 's3', 'mailbox-3'])).toEqual(mail('three'));
  });

  it('are found again by a process that rebuilds the index', async () => {
    const stored = await aRepository();
    await backUp(await owned(stored), ['job', 's1', 'mailbox-1'], mail('one'));
    const before = dataBytes(stored);
    const other = await owned(stored);
    await backUp(other, ['job', 's2', 'mailbox-2'], mail('two'));
    expect(dataBytes(stored) - before).toBeLessThan(10_000);
    expect(await contentOf(other, ['job', 's2', 'mailbox-2'])).toEqual(mail('two'));
  });

  it('are refused with what refers to them, and stored anew by the next try', async () => {
    const stored = await aRepository();
    const repository = await owned(stored);
    await backUp(repository, ['job', 's1', 'mailbox-1'], file);
    const finder = await begin(repository, 'other', 's2');
    await putInto(finder, 'mailbox-2', file);
    await forget(repository);
    const { condemned } = await repository.collectGarbage(withoutGrace);
    expect(condemned.length).toBeGreaterThan(0);
    const refused = await finder.commit({ done: false });
    expect(refused.refused).toEqual(['mailbox-2']);
    await putInto(finder, 'mailbox-2', file);
    const committed = await finder.commit({ done: true });
    expect(committed.refused).toEqual([]);
    await repository.collectGarbage(withoutGrace);
    expect(await contentOf(repository, ['other', 's2', 'mailbox-2'])).toEqual(file);
    await expectSound(repository);
  });

  it('are looked for together when they come together', async () => {
    const questions: number[] = [];
    class Asked extends MemorySharedChunkIndex {
      override find(contentIds: readonly string[]) {
        questions.push(contentIds.length);
        return super.find(contentIds);
      }
    }
    const repository = await owned({ ...(await aRepository()), sharedChunks: new Asked() });
    const session = await begin(repository, 'job', 's1');
    const writer = await session.object(anObject('mailbox-1'));
    // All fit into a batch; one content comes twice, and the last is too small to be shared.
    for (const [n, seed] of ['a', 'b', 'c', 'a', 'd'].entries()) {
      await writer.putItem(anItem(`item-${n}`), someBytes(seed, 150_000));
    }
    await writer.putItem(anItem('small'), someBytes('small', 1_000));
    await writer.finish(end);
    await session.commit({ done: true });
    expect(questions).toEqual([4]);
  });

  it('are not looked for where names of swept packs were forgotten', async () => {
    const stored = await aRepository();
    const { ports, repositoryId, rootKey } = stored;
    const sharedChunks = new MemorySharedChunkIndex();
    const zombie = await openRepository({ ports, repositoryId, rootKey, sharedChunks });
    await zombie.takeOwnership('zombie');
    await backUp(zombie, ['job', 's1', 'mailbox-1'], file);

    const other = await owned(stored);
    await forget(other);
    await other.collectGarbage(withoutGrace);
    await other.collectGarbage(withoutGrace);
    await backUp(other, ['job', 's2', 'mailbox-3'], utf8('small'));

    const late = await begin(zombie, 'other', 's3').catch((error: unknown) => error);
    expect(late).toMatchObject({ code: 'E_REPOSITORY_FENCED' });
    const again = await openRepository({ ports, repositoryId, rootKey, sharedChunks });
    await again.takeOwnership('zombie again');
    await backUp(again, ['other', 's3', 'mailbox-2'], file);
    expect(await contentOf(again, ['other', 's3', 'mailbox-2'])).toEqual(file);
    await expectSound(again);
  });
});
