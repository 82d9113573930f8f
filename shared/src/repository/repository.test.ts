import { describe, expect, it } from 'vitest';
import {
  anItem,
  anObject,
  aRepository,
  collected,
  opened,
  owned,
  someBytes,
} from '../../test/repository/test-repository.ts';
import { utf8 } from './bytes.ts';
import { expirePoints } from './log/expiry.ts';
import type { Repository } from './repository.ts';

const end = { syncState: utf8('token'), mode: 'full', counts: { items: 1 } } as const;

async function backUp(
  repository: Repository,
  sessionId: string,
  items: Readonly<Record<string, Uint8Array>>,
): Promise<void> {
  const session = await repository.beginSession({ jobId: 'job', sessionId, attempt: 1 });
  const writer = await session.object(anObject('mailbox-1'));
  for (const [itemId, content] of Object.entries(items)) {
    await writer.putItem(anItem(itemId), content);
  }
  await writer.finish(end);
  await session.commit({ done: true });
}

async function contentOf(repository: Repository, pointId: string, itemId: string) {
  const point = await repository.openPoint({ jobId: 'job', pointId });
  const reader = await point.object('mailbox-1');
  const item = await reader.item(itemId);
  if (item === undefined) return undefined;
  return Buffer.from(await collected(reader.content(item))).toString();
}

describe('a repository', () => {
  it('gives back what a session stored, to another process', async () => {
    const stored = await aRepository();
    const repository = await owned(stored);
    const large = someBytes('large', 3_500_000);
    await backUp(repository, 'session-1', { a: utf8('mail a'), empty: new Uint8Array(), large });

    const other = await opened(stored);
    expect(await contentOf(other, 'session-1', 'a')).toBe('mail a');
    expect(await contentOf(other, 'session-1', 'empty')).toBe('');
    const point = await other.openPoint({ jobId: 'job', pointId: 'session-1' });
    const reader = await point.object('mailbox-1');
    const found = new Map<string, Uint8Array>();
    for await (const { item, content } of reader.readInPackOrder()) {
      found.set(item.itemId, await collected(content()));
    }
    expect([...found.keys()].sort()).toEqual(['a', 'empty', 'large']);
    expect(Buffer.compare(found.get('large') ?? new Uint8Array(), large)).toBe(0);
  });

  it('keeps older points as they were when an item changes', async () => {
    const repository = await owned(await aRepository());
    await backUp(repository, 'session-1', { a: utf8('old'), b: utf8('b') });
    await backUp(repository, 'session-2', { a: utf8('new') });
    expect(await contentOf(repository, 'session-1', 'a')).toBe('old');
    expect(await contentOf(repository, 'session-2', 'a')).toBe('new');
    expect(await contentOf(repository, 'session-2', 'b')).toBe('b');
    expect(repository.restorePoints('job').map(({ pointId }) => pointId)).toEqual([
      'session-1',
      'session-2',
    ]);
  });

  it('stores known content once', async () => {
    const repository = await owned(await aRepository());
    await backUp(repository, 'session-1', { a: utf8('same') });
    const session = await repository.beginSession({
      jobId: 'job',
      sessionId: 'session-2',
      attempt: 1,
    });
    const writer = await session.object(anObject('mailbox-1'));
    await writer.putItem(anItem('b'), utf8('same'));
    await writer.putItem(anItem('c'), utf8('other'));
    expect(await writer.finish(end)).toEqual({ storedBytes: 5 });
    await session.commit({ done: true });
    expect(await contentOf(repository, 'session-2', 'b')).toBe('same');
  });

  it('writes nothing but the end of the session for unchanged objects', async () => {
    const stored = await aRepository();
    const repository = await owned(stored);
    await backUp(repository, 'session-1', { a: utf8('a') });
    const before = stored.store.writes.length;
    const session = await repository.beginSession({
      jobId: 'job',
      sessionId: 'session-2',
      attempt: 1,
    });
    for (let n = 0; n < 10_000; n += 1) session.unchanged(`mailbox-${n}`);
    await session.commit({ done: true });
    expect(stored.store.writes.length - before).toBe(2);
    expect(await contentOf(repository, 'session-2', 'a')).toBe('a');
  });

  it('goes on in a new owner with what the killed one had committed', async () => {
    const stored = await aRepository();
    const first = await owned(stored);
    const killed = await first.beginSession({ jobId: 'job', sessionId: 's', attempt: 1 });
    const writer = await killed.object(anObject('mailbox-1'));
    await writer.putItem(anItem('a'), utf8('a'));
    await writer.finish(end);
    await killed.commit({ done: false });

    const second = await owned(stored);
    const session = await second.beginSession({ jobId: 'job', sessionId: 's', attempt: 2 });
    expect([...session.committedObjects]).toEqual(['mailbox-1']);
    await expect(killed.commit({ done: true })).rejects.toMatchObject({
      code: 'E_REPOSITORY_FENCED',
    });
    await session.commit({ done: true });
    expect(await contentOf(second, 's', 'a')).toBe('a');
  });

  it('pages through a folder by date and by name', async () => {
    const repository = await owned(await aRepository());
    const session = await repository.beginSession({ jobId: 'job', sessionId: 's', attempt: 1 });
    const writer = await session.object(anObject('mailbox-1'));
    for (let n = 0; n < 25; n += 1) {
      const date = new Date(Date.UTC(2026, 0, 1 + ((n * 7) % 25))).toISOString();
      await writer.putItem(anItem(`item-${n}`, { date, name: `${100 - n}` }), utf8(`${n}`));
    }
    await writer.putItem(anItem('elsewhere', { folderId: 'sent' }), utf8('x'));
    await writer.finish(end);
    await session.commit({ done: true });
    const point = await repository.openPoint({ jobId: 'job', pointId: 's' });
    const reader = await point.object('mailbox-1');
    for (const order of ['date', 'name'] as const) {
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await reader.page({ folderId: 'inbox', cursor, limit: 10, order });
        seen.push(...page.items.map((item) => (order === 'date' ? item.date : item.name)));
        cursor = page.cursor;
      } while (cursor !== undefined);
      const sorted = [...seen].sort();
      expect(seen).toEqual(order === 'date' ? sorted.reverse() : sorted);
      expect(seen.length).toBe(25);
    }
  });

  it('prolongs the pin of a point that expired meanwhile', async () => {
    const repository = await owned(await aRepository());
    await backUp(repository, 'session-1', { a: utf8('old') });
    const point = { jobId: 'job', pointId: 'session-1' };
    const untilMs = repository.log.state.headAtMs + 1_000_000;
    await repository.pin('copy', point, untilMs);
    await backUp(repository, 'session-2', { a: utf8('new') });
    await expirePoints(repository.log, [
      { jobId: 'job', objectId: 'mailbox-1', sessionId: 'session-1' },
    ]);
    expect(repository.restorePoints('job').map(({ pointId }) => pointId)).toEqual(['session-2']);
    await repository.pin('copy', point, untilMs + 1);
    expect(repository.log.state.pins.get('copy')?.untilMs).toBe(untilMs + 1);
    await expect(repository.pin('other', point, untilMs)).rejects.toMatchObject({
      code: 'E_POINT_NOT_FOUND',
    });
  });

  it('collects packs that no point needs, and none that one needs', async () => {
    const stored = await aRepository();
    const repository = await owned(stored);
    await backUp(repository, 'session-1', { a: utf8('a') });
    const session = await repository.beginSession({
      jobId: 'job',
      sessionId: 'session-2',
      attempt: 1,
    });
    const writer = await session.object(anObject('mailbox-2'));
    await writer.putItem(anItem('x'), someBytes('x', 2_000_000));
    await writer.finish(end);
    await session.packs.flush();
    await session.close();
    const { condemned } = await repository.collectGarbage();
    expect(condemned.length).toBeGreaterThan(0);
    expect(condemned.every((name) => name.includes('session-2'))).toBe(true);
    expect(await contentOf(repository, 'session-1', 'a')).toBe('a');
  });
});
