import { describe, expect, it } from 'vitest';
import { seedDrive } from '../../src/app/drive/seed-drive.ts';
import { removeItem, updateItem } from '../../src/domain/drive/change-item.ts';
import { createFolder } from '../../src/domain/drive/create-item.ts';
import { randomStream } from '../../src/domain/random-stream.ts';
import { DriveFollower, listingOf } from './drive-follower.ts';
import { DriveWorld, ORIGIN, type Reply } from './drive-world.ts';

function seededWorld(files = 12): DriveWorld {
  const world = new DriveWorld();
  const { tree } = world.drive();
  seedDrive(tree, { random: randomStream('delta'), files, hasher: world.hasher });
  return world;
}

function itemsOf(reply: Reply): Record<string, unknown>[] {
  return reply.body['value'] as Record<string, unknown>[];
}

function linkOf(reply: Reply): string {
  return String(reply.body['@odata.nextLink'] ?? reply.body['@odata.deltaLink']);
}

describe('GET root/delta', () => {
  it.each(['delta', 'delta()', 'microsoft.graph.delta', 'microsoft.graph.delta()', 'DELTA'])(
    'answers under the name %s',
    async (name) => {
      const world = seededWorld();
      const reply = await world.graph('GET', `/drives/${world.drive().id}/root/${name}`);
      expect(reply.status).toBe(200);
      expect(itemsOf(reply)[0]).toMatchObject({ name: 'root', root: {} });
    },
  );

  it('shows neither paths nor cTags, and links of the host that was asked', async () => {
    const world = seededWorld();
    const reply = await world.graph('GET', '/users/anna@contoso.test/drive/root/delta?$top=3');
    for (const item of itemsOf(reply)) {
      expect(item).not.toHaveProperty('cTag');
      expect(item['parentReference']).not.toHaveProperty('path');
      expect(item['eTag']).toMatch(/^"\{[0-9A-F-]{36}\},\d+"$/);
    }
    expect(linkOf(reply)).toContain(`${ORIGIN}/v1.0/drives/`);
  });

  it('names a deleted item by its id alone', async () => {
    const world = seededWorld();
    const { tree, id } = world.drive();
    const latest = await world.graph('GET', `/drives/${id}/root/delta?token=latest`);
    expect(itemsOf(latest)).toEqual([]);
    const file = [...tree.subtree(tree.root)].find((item) => item.kind === 'file');
    removeItem(tree, file?.id ?? '');
    const reply = await world.graph('GET', linkOf(latest), {
      headers: { deltaExcludeParent: 'true' },
    });
    expect(itemsOf(reply)).toHaveLength(1);
    expect(itemsOf(reply)[0]).toMatchObject({
      id: file?.id,
      deleted: { state: 'deleted' },
      size: 0,
    });
    for (const absent of ['name', 'cTag', 'webUrl']) {
      expect(itemsOf(reply)[0]).not.toHaveProperty(absent);
    }
  });

  it('keeps $select in its links and gives the download URL when it is selected', async () => {
    const world = seededWorld();
    const { id } = world.drive();
    const first = await world.graph(
      'GET',
      `/drives/${id}/root/delta?$select=id,file,content.downloadUrl&$top=100`,
    );
    const file = itemsOf(first).find((item) => item['file']);
    expect(Object.keys(file ?? {}).sort()).toEqual(['@microsoft.graph.downloadUrl', 'file', 'id']);
    createFolder(world.drive().tree, {
      parentId: world.drive().tree.root.id,
      name: 'new',
      conflict: 'fail',
    });
    const second = await world.graph('GET', linkOf(first));
    expect(itemsOf(second).map((item) => Object.keys(item))).toEqual([['id'], ['id']]);
  });

  it('takes a time as token', async () => {
    const world = seededWorld();
    const { tree, id } = world.drive();
    world.clock.advance(60_000);
    const at = new Date(world.clock.nowMs()).toISOString();
    world.clock.advance(60_000);
    createFolder(tree, { parentId: tree.root.id, name: 'late', conflict: 'fail' });
    const reply = await world.graph('GET', `/drives/${id}/root/delta(token='${at}')`);
    expect(itemsOf(reply).map((item) => item['name'])).toEqual(['root', 'late']);
  });

  it.each([
    ['a token that was never issued', async () => 'nonsense'],
    [
      'a token of another drive',
      async (world: DriveWorld) => {
        const other = world.drive('bert').id;
        const reply = await world.graph('GET', `/drives/${other}/root/delta?token=latest`);
        return /token='(.+)'/.exec(linkOf(reply))?.[1] ?? '';
      },
    ],
    [
      'a token from before all were ended',
      async (world: DriveWorld) => {
        const reply = await world.graph(
          'GET',
          `/drives/${world.drive().id}/root/delta?token=latest`,
        );
        world.delta.expireAll();
        return /token='(.+)'/.exec(linkOf(reply))?.[1] ?? '';
      },
    ],
    [
      'a token older than its life',
      async (world: DriveWorld) => {
        const reply = await world.graph(
          'GET',
          `/drives/${world.drive().id}/root/delta?token=latest`,
        );
        world.clock.advance(31 * 86_400_000);
        return /token='(.+)'/.exec(linkOf(reply))?.[1] ?? '';
      },
    ],
  ])('answers 410 with a Location to %s', async (_name, tokenOf) => {
    const world = seededWorld();
    const { id } = world.drive();
    const token = await tokenOf(world);
    const reply = await world.graph('GET', `/drives/${id}/root/delta?token=${token}`);
    expect(reply.status).toBe(410);
    expect(reply.body).toMatchObject({
      error: { code: 'resyncChangesApplyDifferences', innerError: { code: 'resyncRequired' } },
    });
    const again = await world.graph('GET', reply.headers['location'] ?? '');
    expect(itemsOf(again)[0]).toMatchObject({ root: {} });
  });

  it('names the other resync when an administrator asks for it', async () => {
    const world = seededWorld();
    await world.admin('anna', 'quirks', { resync: 'resyncChangesUploadDifferences' });
    const reply = await world.graph('GET', `/drives/${world.drive().id}/root/delta?token=x`);
    expect(reply.body).toMatchObject({ error: { code: 'resyncChangesUploadDifferences' } });
  });

  it('is refused below the root', async () => {
    const world = seededWorld();
    const { tree, id } = world.drive();
    const folder = tree.childrenOf(tree.root.id).find((item) => item.kind === 'folder');
    const reply = await world.graph('GET', `/drives/${id}/items/${folder?.id}/delta`);
    expect(reply.status).toBe(501);
    expect(reply.body).toMatchObject({ error: { code: 'notSupported' } });
  });

  it('asks for the preferences that deltashowsharingchanges needs', async () => {
    const world = seededWorld();
    const path = `/drives/${world.drive().id}/root/delta`;
    const alone = await world.graph('GET', path, {
      headers: { prefer: 'deltashowsharingchanges' },
    });
    expect(alone.status).toBe(400);
    const prefer =
      'deltashowremovedasdeleted, deltatraversepermissiongaps, deltashowsharingchanges, hierarchicalsharing';
    const all = await world.graph('GET', path, { headers: { prefer } });
    expect(all.headers['preference-applied']).toBe(prefer);
    expect(itemsOf(all)[0]).toMatchObject({ shared: {} });
  });

  it.each([
    ['an empty page with a next link', { quirk: 'empty-page' }],
    ['items twice in a page', { quirk: 'repeat-items' }],
    ['a dead token in the middle of a round', { quirk: 'expire-token' }],
  ] as const)('is followed all the same over %s', async (_name, action) => {
    const world = seededWorld();
    const follower = new DriveFollower(world, world.drive(), 2);
    world.faults.add({ id: 'q', route: '*/delta*', skip: 2, count: 1, action });
    await follower.readRound();
    expect(follower.listing()).toEqual(await listingOf(world.drive()));
  });

  it('is followed over a reset between rounds', async () => {
    const world = seededWorld();
    const { tree } = world.drive();
    const follower = new DriveFollower(world, world.drive(), 5);
    await follower.readRound();
    const folder = tree.childrenOf(tree.root.id).find((item) => item.kind === 'folder');
    updateItem(tree, folder?.id ?? '', { name: 'elsewhere' });
    await world.admin('anna', 'expire-tokens');
    await follower.readRound();
    expect(follower.restarts).toBe(1);
    expect(follower.listing()).toEqual(await listingOf(world.drive()));
  });
});
