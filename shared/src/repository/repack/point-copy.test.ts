import { describe, expect, it } from 'vitest';
import { copyPoint } from '../../../test/repository/copying.ts';
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
import type { Repository } from '../repository.ts';
import { packsNeeded } from '../retrieve/packs-needed.ts';
import { warmName } from '../retrieve/warm-name.ts';

const end = { syncState: utf8('token'), mode: 'full', counts: {} } as const;

type Objects = Readonly<Record<string, Readonly<Record<string, Uint8Array>>>>;

async function backUp(repository: Repository, sessionId: string, objects: Objects): Promise<void> {
  const session = await repository.beginSession({ jobId: 'job', sessionId, attempt: 1 });
  for (const [objectId, items] of Object.entries(objects)) {
    const writer = await session.object(anObject(objectId));
    await writer.putFolder(aFolder('inbox'));
    for (const [itemId, content] of Object.entries(items)) {
      const year = 2020 + (itemId.length % 5);
      await writer.putItem(anItem(itemId, { date: `${year}-01-01T00:00:00Z` }), content);
    }
    await writer.finish(end);
  }
  await session.commit({ done: true });
}

function aFolder(folderId: string) {
  const rest = { parentId: undefined, type: 'IPF.Note', wellKnownName: 'inbox', properties: {} };
  return { folderId, name: folderId, ...rest };
}

async function contents(
  repository: Repository,
  point: { readonly jobId: string; readonly pointId: string; readonly warm?: string },
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const reader = await repository.openPoint(point);
  for await (const { objectId } of reader.objects()) {
    const object = await reader.object(objectId);
    for await (const { item, failure, content } of object.readInPackOrder()) {
      const bytes = failure === undefined ? await collected(content()) : undefined;
      const text = bytes === undefined ? failure?.code : Buffer.from(bytes).toString('base64');
      found.set(`${objectId}/${item.itemId}`, text ?? '');
    }
  }
  return found;
}

/** As a retrieval does. */
async function thaw(repository: TestRepository, pointId: string): Promise<readonly string[]> {
  const point = await (await opened(repository)).openPoint({ jobId: 'copy', pointId });
  const packs = (await packsNeeded(point)).map(({ pack }) => pack);
  for (const pack of packs) {
    await repository.store.copy(pack, warmName('r1', pack), { storageClass: 'hot' });
  }
  return packs;
}

/** Items of 30 kB, of which each neighbour is of another year: ids of 1 to 5 letters. */
function shuffledYears(count: number): Record<string, Uint8Array> {
  const ids = Array.from({ length: count }, (_, at) => {
    return String.fromCodePoint(0x4e00 + at).repeat(1 + (at % 5));
  });
  return Object.fromEntries(ids.map((id) => [id, someBytes(id, 30_000)]));
}

const objects: Objects = {
  'mailbox-1': {
    a: utf8('mail a'),
    bb: someBytes('bb', 90_000),
    ccc: someBytes('ccc', 500_000),
    dddd: someBytes('dddd', 2_500_000),
    empty: new Uint8Array(),
    twin: utf8('mail a'),
  },
  'mailbox-2': { z: utf8('mail z') },
};

describe('a copy', () => {
  it('shows what its source shows, from thawed packs', async () => {
    const from = await aRepository('source');
    const to = await aRepository('target');
    await backUp(await owned(from), 's1', objects);
    const { finished, damaged, planBytes } = await copyPoint({ from, to, pointId: 's1' });
    expect(damaged).toEqual([]);
    expect(planBytes.length).toBeGreaterThan(1);
    expect(Math.max(...planBytes)).toBeLessThan(1_048_576);
    expect(finished.map(({ objectId, items }) => [objectId, items]).sort()).toEqual([
      ['mailbox-1', 6],
      ['mailbox-2', 1],
    ]);
    const packs = to.store.names('packs/');
    expect(packs.every((name) => to.store.blobs.get(name)?.info.storageClass === 'archive')).toBe(
      true,
    );
    const thawed = await thaw(to, 'copy-s1');
    expect([...thawed].sort()).toEqual(packs);
    const copied = await contents(await opened(to), {
      jobId: 'copy',
      pointId: 'copy-s1',
      warm: 'r1',
    });
    expect(copied).toEqual(await contents(await opened(from), { jobId: 'job', pointId: 's1' }));
  });

  it('adds only what it does not have', async () => {
    const from = await aRepository('source');
    const to = await aRepository('target');
    const repository = await owned(from);
    await backUp(repository, 's1', objects);
    await copyPoint({ from, to, pointId: 's1' });
    const before = to.store.names('tails/').length;
    await backUp(repository, 's2', { 'mailbox-2': { z: utf8('changed'), y: utf8('new') } });
    const { finished } = await copyPoint({ from, to, pointId: 's2' });
    expect(to.store.names('tails/').length - before).toBe(1);
    expect(finished).toMatchObject([
      { objectId: 'mailbox-2', status: 'copied', items: 2, bytes: 10 },
      { objectId: 'mailbox-1', status: 'unchanged' },
    ]);
    const again = await copyPoint({ from, to, pointId: 's2' }).catch((error: unknown) => error);
    expect(again).toMatchObject({ code: 'E_SESSION_SUPERSEDED' });
    await thaw(to, 'copy-s2');
    const copied = await contents(await opened(to), {
      jobId: 'copy',
      pointId: 'copy-s2',
      warm: 'r1',
    });
    expect(copied).toEqual(await contents(await opened(from), { jobId: 'job', pointId: 's2' }));
  });

  it('reads a source whose order is quite another about once', async () => {
    const from = await aRepository('source');
    const to = await aRepository('target');
    await backUp(await owned(from), 's1', { mailbox: shuffledYears(500) });
    const stored = from.store.names('packs/').map((name) => from.store.bytes(name).length);
    from.store.bytesRead = 0;
    await copyPoint({ from, to, pointId: 's1', packBytes: 64 * 1024 * 1024 });
    const storedBytes = stored.reduce((sum, bytes) => sum + bytes, 0);
    expect(from.store.bytesRead / storedBytes).toBeLessThan(1.5);
  });

  it('names what is damaged in the source, copies all else, and heals later', async () => {
    const from = await aRepository('source');
    const to = await aRepository('target');
    await backUp(await owned(from), 's1', objects);
    const sound = from.store.fork();
    const reader = await (await opened(from)).openPoint({ jobId: 'job', pointId: 's1' });
    const needed = await packsNeeded(reader, [
      { objectId: 'mailbox-1', itemIds: new Set(['ccc']) },
    ]);
    const pack = needed[0]?.pack ?? '';
    const bytes = Uint8Array.from(from.store.bytes(pack));
    bytes[300_000] = (bytes[300_000] ?? 0) ^ 1;
    from.store.set(pack, bytes);
    const { damaged, finished } = await copyPoint({ from, to, pointId: 's1' });
    expect(damaged.map((damage) => [damage.pack, damage.objectId])).toEqual([[pack, 'mailbox-1']]);
    const items = damaged.flatMap(({ itemIds }) => itemIds);
    expect(items.length).toBeGreaterThan(0);
    expect(finished.find(({ objectId }) => objectId === 'mailbox-1')?.damagedItems).toBe(
      items.length,
    );
    await thaw(to, 'copy-s1');
    const copied = await contents(await opened(to), {
      jobId: 'copy',
      pointId: 'copy-s1',
      warm: 'r1',
    });
    const wrong = [...copied].filter(([, text]) => text === 'E_ITEM_NOT_STORED');
    expect(wrong.map(([name]) => name).sort()).toEqual(items.map((id) => `mailbox-1/${id}`).sort());
    const healed = { ...from, store: sound, ports: { ...from.ports, store: sound } };
    await backUp(await owned(healed), 's2', { 'mailbox-3': { n: utf8('n') } });
    await copyPoint({ from: healed, to, pointId: 's2' });
    await thaw(to, 'copy-s2');
    const after = await contents(await opened(to), {
      jobId: 'copy',
      pointId: 'copy-s2',
      warm: 'r1',
    });
    expect(after).toEqual(await contents(await opened(healed), { jobId: 'job', pointId: 's2' }));
  });
});
