import type { ViewRequest, ViewResponse } from '@firn/shared/gen/firn/link/v1/link';
import type { BlobStore } from '@firn/shared/repository/ports';
import { describe, expect, it } from 'vitest';
import { World } from './fakes/a-world.ts';
import { aSearch, type Page, pageOf, viewsOf } from './fakes/asking.ts';
import { memoryBrowseCache } from './fakes/memory-browse-cache.ts';

async function aStoredWorld(world = new World()) {
  const { id } = world.tenant.addObject('anna');
  for (let n = 1; n <= 5; n += 1) world.tenant.putItem(id, `item-${n}`, `mail ${n}`);
  const repository = await world.repository('repository-1');
  const agent = world.start();
  await world.initialize(repository);
  await world.backup('session-1', repository);
  const views = viewsOf(world, repository);
  const ask = (question: ViewResponse['question'], restorePointId = 'session-1') =>
    views(question, restorePointId);
  return { world, agent, ask, objectId: id };
}

function recordingReads(store: BlobStore, read: string[]): BlobStore {
  return new Proxy(store, {
    get: (target, member) => {
      if (member !== 'get') return Reflect.get(target, member).bind(target);
      return (...args: Parameters<BlobStore['get']>) => {
        read.push(args[0]);
        return target.get(...args);
      };
    },
  });
}

interface Asked {
  readonly cursor: string;
  readonly limit: number;
}

async function allPages(ask: (cursor: string) => Promise<ViewRequest>): Promise<Page[]> {
  const pages: Page[] = [];
  let cursor: string | undefined = '';
  while (cursor !== undefined) {
    const page: Page = pageOf(await ask(cursor));
    pages.push(page);
    cursor = page.nextCursor;
  }
  return pages;
}

describe('views', () => {
  it('list an object whose record cannot be read, and say so', async () => {
    const { world, ask, objectId, agent } = await aStoredWorld();
    const store = world.store('repository-1');
    for await (const { name } of store.list('meta/')) await store.delete(name);
    const question = { $case: 'listObjects', value: { cursor: '', limit: 0 } } as const;
    expect(pageOf(await ask(question)).items).toMatchObject([
      { objectId, partial: true, failed: { code: 'E_REPOSITORY_DAMAGED' } },
    ]);
    await agent.stop();
  });

  it('list objects, folders and items of a restore point', async () => {
    const { ask, objectId, agent } = await aStoredWorld();
    const objects = pageOf(await ask({ $case: 'listObjects', value: { cursor: '', limit: 0 } }));
    expect(objects.items).toMatchObject([
      { objectId, kind: 'mailbox', name: 'anna', user: 'anna@example.com', items: 5 },
    ]);
    const folders = { objectId, cursor: '', limit: 10 };
    expect(pageOf(await ask({ $case: 'listFolders', value: folders })).items).toEqual([
      { folderId: 'inbox', name: 'Inbox', type: 'IPF.Note', wellKnownName: 'inbox' },
    ]);
    await agent.stop();
  });

  it('page through items with a cursor until the last page', async () => {
    const { ask, objectId, agent } = await aStoredWorld();
    const seen: unknown[] = [];
    let cursor: string | undefined = '';
    while (cursor !== undefined) {
      const value = { objectId, folderId: 'inbox', cursor, limit: 2, order: '' };
      const page: Page = pageOf(await ask({ $case: 'listItems', value }));
      expect(page.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.items.map((item) => item['itemId']));
      cursor = page.nextCursor;
    }
    expect(seen.toSorted()).toEqual(['item-1', 'item-2', 'item-3', 'item-4', 'item-5']);
    await agent.stop();
  });

  it('tell a folder that is empty from one that is not there', async () => {
    const { world, ask, objectId, agent } = await aStoredWorld();
    world.tenant.addFolder(objectId, { folderId: 'empty', parentId: 'inbox', name: 'Empty' });
    await world.backup('session-2', world.known('repository-1'), { full: true });
    const items = (folderId: string) => {
      const value = { objectId, folderId, cursor: '', limit: 10, order: '' };
      return ask({ $case: 'listItems', value }, 'session-2');
    };
    expect(pageOf(await items('empty'))).toMatchObject({ items: [], total: 0 });
    expect((await items('nosuch')).answer).toMatchObject({
      $case: 'problem',
      value: { code: 'E_FOLDER_NOT_FOUND' },
    });
    await agent.stop();
  });

  it('page through objects with a cursor until the last page', async () => {
    const { world, ask, agent } = await aStoredWorld();
    for (const name of ['ben', 'carla', 'dora', 'emil']) world.tenant.addObject(name);
    await world.backup('session-2', world.known('repository-1'));
    const pages = await allPages((cursor) =>
      ask({ $case: 'listObjects', value: { cursor, limit: 2 } }, 'session-2'),
    );
    const names = pages.map(({ items }) => items.map((object) => object['name']));
    expect(names).toEqual([['anna', 'ben'], ['carla', 'dora'], ['emil']]);
    await agent.stop();
  });

  it('go on behind a page that was full before its limit', async () => {
    const { world, ask, objectId, agent } = await aStoredWorld();
    const large = 'ü'.repeat(40_000);
    const names = Array.from({ length: 20 }, (_, n) => `${String.fromCharCode(97 + n)}${large}`);
    for (const name of names) {
      const id = name.slice(0, 1);
      world.tenant.addObject(id, name);
      world.tenant.addFolder(objectId, { folderId: id, parentId: 'inbox', name });
      world.tenant.putItem(objectId, id, 'text', { name, folderId: 'a' });
    }
    const repository = world.known('repository-1');
    await world.backup('session-2', repository, { full: true });
    const questions = [
      (page: Asked) => ({ $case: 'listObjects' as const, value: page }),
      (page: Asked) => ({ $case: 'listFolders' as const, value: { ...page, objectId } }),
      (page: Asked) => ({
        $case: 'listItems' as const,
        value: { ...page, objectId, folderId: 'a', order: 'name' },
      }),
    ];
    for (const question of questions) {
      const pages = await allPages((cursor) => ask(question({ cursor, limit: 1000 }), 'session-2'));
      const found = pages.flatMap(({ items }) => items.map((row) => row['name']));
      expect(pages.length).toBeGreaterThan(3);
      expect(found.toSorted().filter((name) => names.includes(String(name)))).toEqual(names);
      expect(new Set(found).size).toBe(found.length);
    }
    await agent.stop();
  });

  it('show an item whose columns no page can hold without them', async () => {
    const { world, ask, objectId, agent } = await aStoredWorld();
    const columns = { to: 'x'.repeat(600_000) };
    for (const id of ['a', 'b']) world.tenant.putItem(objectId, id, id, { folderId: 'a', columns });
    await world.backup('session-2', world.known('repository-1'));
    const pages = await allPages((cursor) => {
      const value = { objectId, folderId: 'a', cursor, limit: 10, order: '' };
      return ask({ $case: 'listItems', value }, 'session-2');
    });
    const found = pages.flatMap(({ items }) => items);
    expect(found).toMatchObject([
      { itemId: 'a', columns: {} },
      { itemId: 'b', columns: {} },
    ]);
    await agent.stop();
  });

  it('read nothing for the pages of an object that is open, for a minute', async () => {
    const { world, ask, objectId, agent } = await aStoredWorld();
    for (const id of ['a', 'b']) world.tenant.putItem(objectId, id, id, { folderId: id });
    world.tenant.addFolder(objectId, { folderId: 'c', parentId: 'inbox', name: 'Empty' });
    const repository = world.known('repository-1');
    await world.backup('session-2', repository, { full: true });
    // Before the first question, so that the views open this store.
    const read: string[] = [];
    const store = world.store(repository.repositoryId);
    world.stores.set(repository.repositoryId, recordingReads(store, read));
    const list = async (folderId: string) => {
      const value = { objectId, folderId, cursor: '', limit: 10, order: '' };
      return pageOf(await ask({ $case: 'listItems', value }, 'session-2')).items.length;
    };
    expect(await list('inbox')).toBe(5);
    expect(read).not.toEqual([]);
    read.length = 0;
    expect([await list('a'), await list('b'), await list('c')]).toEqual([1, 1, 0]);
    expect(read).toEqual([]);
    // Then the log, and it alone, tells whether the point is still there.
    world.clock.advance(60_000);
    expect(await list('a')).toBe(1);
    expect(read.map((name) => name.split('/')[0])).toEqual(['log']);
    await agent.stop();
  });

  it('answer what cannot be answered with a problem', async () => {
    const { ask, agent } = await aStoredWorld();
    const { answer } = await ask(
      { $case: 'listObjects', value: { cursor: '', limit: 0 } },
      'no such point',
    );
    expect(answer).toMatchObject({ $case: 'problem', value: { code: 'E_POINT_NOT_FOUND' } });
    await agent.stop();
  });

  it('see what was committed since the last question', async () => {
    const { world, ask, objectId, agent } = await aStoredWorld();
    await ask({ $case: 'listObjects', value: { cursor: '', limit: 0 } });
    world.tenant.putItem(objectId, 'item-6', 'new');
    await world.backup('session-2', world.known('repository-1'));
    const objects = pageOf(
      await ask({ $case: 'listObjects', value: { cursor: '', limit: 0 } }, 'session-2'),
    );
    expect(objects.items).toMatchObject([{ items: 6 }]);
    await agent.stop();
  });
});

describe('searches', () => {
  it('find items of all objects of a point, or of chosen ones', async () => {
    const { world, ask, objectId, agent } = await aStoredWorld();
    const { id: other } = world.tenant.addObject('ben');
    world.tenant.putItem(other, 'report', 'text', { name: 'Yearly report' });
    world.tenant.putItem(objectId, 'report', 'text', { name: 'Monthly report' });
    await world.backup('session-2', world.known('repository-1'));
    const page = pageOf(await ask(aSearch({ text: 'repo' }), 'session-2'));
    expect(page).toMatchObject({ indexed: { state: 'complete', objects: 2, objectsTotal: 2 } });
    expect(page.items.map((item) => [item['objectId'], item['path']]).toSorted()).toEqual(
      [
        [objectId, 'Inbox'],
        [other, 'Inbox'],
      ].toSorted(),
    );
    const chosen = pageOf(await ask(aSearch({ text: 'repo', objectIds: [other] }), 'session-2'));
    expect(chosen.items.map((item) => item['name'])).toEqual(['Yearly report']);
    // The older point does not hold it.
    expect(pageOf(await ask(aSearch({ text: 'repo' }))).items).toEqual([]);
    await agent.stop();
  });

  it('page through what they find', async () => {
    const { ask, agent } = await aStoredWorld();
    const pages = await allPages((cursor) => ask(aSearch({ cursor, limit: 2 })));
    const ids = pages.flatMap(({ items }) => items.map((item) => item['itemId']));
    expect(ids.toSorted()).toEqual(['item-1', 'item-2', 'item-3', 'item-4', 'item-5']);
    expect(pages.length).toBe(3);
    await agent.stop();
  });

  it('of an object that is not in the point are refused', async () => {
    const { ask, agent } = await aStoredWorld();
    const { answer } = await ask(aSearch({ objectIds: ['nobody'] }));
    expect(answer).toMatchObject({ value: { code: 'E_OBJECT_NOT_IN_POINT' } });
    await agent.stop();
  });

  it('tell what has no room in the cache, and pages do without it', async () => {
    const world = new World();
    world.browseCache = memoryBrowseCache(1);
    const { ask, objectId, agent } = await aStoredWorld(world);
    expect(pageOf(await ask(aSearch({ text: 'mail' })))).toMatchObject({
      items: [],
      indexed: { state: 'partial', objects: 0, problem: { code: 'E_BROWSE_CACHE_FULL' } },
    });
    const value = { objectId, folderId: 'inbox', cursor: '', limit: 2, order: 'name' };
    expect(pageOf(await ask({ $case: 'listItems', value }))).toMatchObject({
      items: [{ itemId: 'item-1' }, { itemId: 'item-2' }],
      total: 5,
    });
    await agent.stop();
  });

  it('are refused without a cache', async () => {
    const world = new World();
    world.browseCache = undefined;
    const { ask, agent } = await aStoredWorld(world);
    const { answer } = await ask(aSearch({ text: 'mail' }));
    expect(answer).toMatchObject({ $case: 'problem', value: { code: 'E_BROWSE_CACHE_FULL' } });
    await agent.stop();
  });

  it('of the next point read only what changed', async () => {
    const world = new World();
    const cache = memoryBrowseCache();
    const added: number[] = [];
    world.browseCache = {
      ...cache,
      add: (buildId, rows) => {
        added.push(rows.length);
        return cache.add(buildId, rows);
      },
    };
    const { ask, objectId, agent } = await aStoredWorld(world);
    for (let n = 0; n < 3_000; n += 1) world.tenant.putItem(objectId, `many-${n}`, `text ${n}`);
    await world.backup('session-2', world.known('repository-1'));
    await ask(aSearch({}), 'session-2');
    expect(added.reduce((sum, rows) => sum + rows, 0)).toBeGreaterThan(3_000);
    added.length = 0;
    world.tenant.putItem(objectId, 'newest', 'text', { name: 'extraordinary' });
    await world.backup('session-3', world.known('repository-1'));
    world.clock.advance(11 * 60_000);
    const page = pageOf(await ask(aSearch({ text: 'extraord' }), 'session-3'));
    expect(page.items).toMatchObject([{ itemId: 'newest' }]);
    expect(added).toEqual([1]);
    await agent.stop();
  });
});
