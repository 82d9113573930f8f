import { describe, expect, it } from 'vitest';
import { seedDrive } from '../../src/app/drive/seed-drive.ts';
import { randomStream } from '../../src/domain/random-stream.ts';
import { DriveWorld, type Reply } from './drive-world.ts';

function namesOf(reply: Reply): unknown[] {
  return (reply.body['value'] as Record<string, unknown>[]).map((item) => item['name']);
}

async function makeFolder(world: DriveWorld, name: string, parent = 'root'): Promise<Reply> {
  const path = `/drives/${world.drive().id}/items/${parent}/children`;
  return world.graph('POST', path, { json: { name, folder: {} } });
}

describe('drives', () => {
  it('are found by user, by id and in the list of a user', async () => {
    const world = new DriveWorld();
    const own = await world.graph('GET', '/users/ANNA@contoso.test/drive');
    expect(own.body).toMatchObject({
      id: world.drive().id,
      driveType: 'business',
      owner: { user: { displayName: 'anna' } },
      quota: { used: 0, deleted: 0, state: 'normal' },
    });
    const byId = await world.graph('GET', `/drives/${world.drive().id}`);
    expect(byId.body).toEqual(own.body);
    const list = await world.graph('GET', '/users/anna@contoso.test/drives');
    expect(list.body['value']).toMatchObject([{ id: world.drive().id }]);
  });

  it.each([
    ['/users/kiosk@contoso.test/drive', 404, 'ResourceNotFound', /mysite/],
    ['/users/kiosk@contoso.test/drives', 404, 'ResourceNotFound', /mysite/],
    ['/users/nobody@contoso.test/drive', 404, 'Request_ResourceNotFound', /nobody/],
    ['/drives/b!unknown', 404, 'itemNotFound', /not be found/],
  ])('%s answers %i %s', async (path, status, code, message) => {
    const reply = await new DriveWorld().graph('GET', path);
    const { error } = reply.body as { error: { code: string; message: string } };
    expect([reply.status, error.code]).toEqual([status, code]);
    expect(error.message).toMatch(message);
  });

  it('answer 423 when the site is locked', async () => {
    const world = new DriveWorld();
    await world.admin('anna', 'quirks', { locked: true });
    const reply = await world.graph('GET', `/drives/${world.drive().id}/root`);
    expect(reply).toMatchObject({ status: 423, body: { error: { code: 'resourceLocked' } } });
  });
});

describe('items', () => {
  it('are named by id and by path with any characters, without regard to case', async () => {
    const world = new DriveWorld();
    const folder = await makeFolder(world, "100% #1 + it's; [ü]");
    const child = await makeFolder(world, '日本 🚀', String(folder.body['id']));
    const path = [folder, child]
      .map(({ body }) => encodeURIComponent(String(body['name'])))
      .join('/');
    const reply = await world.graph('GET', `/users/anna@contoso.test/drive/root:/${path}:`);
    expect(reply.body['id']).toBe(child.body['id']);
    expect(reply.body['parentReference']).toMatchObject({
      id: folder.body['id'],
      name: "100% #1 + it's; [ü]",
      path: `/drives/${world.drive().id}/root:/${path.split('/')[0]}`,
    });
    const below = await world.graph(
      'GET',
      `/drives/${world.drive().id}/items/${folder.body['id']}:/${encodeURIComponent('日本 🚀')}`,
    );
    expect(below.body['id']).toBe(child.body['id']);
  });

  it('are listed in pages, ordered as asked', async () => {
    const world = new DriveWorld();
    for (const name of ['b', 'A', 'c', 'D', 'e']) await makeFolder(world, name);
    const path = `/drives/${world.drive().id}/root/children`;
    expect(namesOf(await world.graph('GET', path))).toEqual(['A', 'b', 'c', 'D', 'e']);
    const first = await world.graph('GET', `${path}?$top=2&$orderby=name desc&$select=name`);
    expect(namesOf(first)).toEqual(['e', 'D']);
    const second = await world.graph('GET', String(first.body['@odata.nextLink']));
    expect(namesOf(second)).toEqual(['c', 'b']);
    const third = await world.graph('GET', String(second.body['@odata.nextLink']));
    expect(namesOf(third)).toEqual(['A']);
    expect(third.body).not.toHaveProperty(['@odata.nextLink']);
    expect((await world.graph('GET', `${path}?$orderby=color`)).status).toBe(400);
    expect((await world.graph('GET', `${path}?$select=color`)).status).toBe(400);
  });

  it('are renamed, moved and dated in one PATCH', async () => {
    const world = new DriveWorld();
    const folder = await makeFolder(world, 'f');
    const target = await makeFolder(world, 'to');
    const path = `/drives/${world.drive().id}/items/${folder.body['id']}`;
    const reply = await world.graph('PATCH', path, {
      json: {
        name: 'g',
        parentReference: { id: target.body['id'] },
        fileSystemInfo: { lastModifiedDateTime: '2001-02-03T04:05:06Z' },
      },
    });
    expect(reply.body).toMatchObject({
      id: folder.body['id'],
      name: 'g',
      parentReference: { id: target.body['id'] },
      fileSystemInfo: { lastModifiedDateTime: '2001-02-03T04:05:06Z' },
    });
  });

  it.each([
    [{ name: 'to' }, 409],
    [{ name: 'a?b' }, 400],
    [{ parentReference: { driveId: 'b!other', id: 'x' } }, 400],
    [{ parentReference: { id: 'unknown' } }, 404],
    [{ fileSystemInfo: { createdDateTime: 'yesterday' } }, 400],
    [{ name: 7 }, 400],
  ])('PATCH %j answers %i and changes nothing', async (json, status) => {
    const world = new DriveWorld();
    const { body } = await makeFolder(world, 'f');
    await makeFolder(world, 'to');
    const path = `/drives/${world.drive().id}/items/${body['id']}`;
    expect((await world.graph('PATCH', path, { json })).status).toBe(status);
    expect((await world.graph('GET', path)).body).toMatchObject({ name: 'f', eTag: body['eTag'] });
  });

  it('go to the recycle bin with everything in them, and come back', async () => {
    const world = new DriveWorld();
    const { body } = await makeFolder(world, 'f');
    await makeFolder(world, 'child', String(body['id']));
    const path = `/drives/${world.drive().id}/items/${body['id']}`;
    const stale = await world.graph('DELETE', path, { headers: { 'if-match': '"{0},9"' } });
    expect(stale.status).toBe(412);
    expect((await world.graph('DELETE', path)).status).toBe(204);
    expect((await world.graph('GET', path)).status).toBe(404);
    await world.admin('anna', 'restore', { id: body['id'] });
    expect(namesOf(await world.graph('GET', `${path}/children`))).toEqual(['child']);
  });

  it('folders are made with the behaviour that the client asks for', async () => {
    const world = new DriveWorld();
    const path = `/drives/${world.drive().id}/root/children`;
    const make = (conflict?: string) =>
      world.graph('POST', path, {
        json: { name: 'f', folder: {}, '@microsoft.graph.conflictBehavior': conflict },
      });
    const first = await make();
    expect(first.status).toBe(201);
    expect((await make()).status).toBe(409);
    expect((await make('rename')).body['name']).toBe('f 1');
    const same = await make('replace');
    expect([same.status, same.body['id']]).toEqual([200, first.body['id']]);
    expect((await make('merge')).status).toBe(400);
    expect((await world.graph('POST', path, { json: { name: 'x', file: {} } })).status).toBe(400);
  });
});

describe('resource units', () => {
  it('show from 80 % on and end in 429 with the longer wait', async () => {
    const world = new DriveWorld({ limits: { perMinute: 10, perDay: 1000 } });
    const path = `/drives/${world.drive().id}/root`;
    for (let n = 0; n < 7; n += 1) {
      expect((await world.graph('GET', path)).headers).not.toHaveProperty('ratelimit-limit');
    }
    expect((await world.graph('GET', path)).headers).toMatchObject({
      'ratelimit-limit': '10',
      'ratelimit-remaining': '2',
      'ratelimit-reset': '60',
    });
    const refused = await world.graph('GET', `${path}/delta`).then(() => world.graph('GET', path));
    expect(refused.status).toBe(429);
    expect(refused.headers).toMatchObject({ 'retry-after': '60', 'ratelimit-remaining': '0' });
    world.clock.advance(60_000);
    expect((await world.graph('GET', path)).status).toBe(200);
    const headers = { authorization: 'Bearer admin' };
    const json = { perMinute: 500 };
    const limits = await world.plain('POST', '/_admin/resource-units', { headers, json });
    expect(limits.body).toEqual({ perMinute: 500, perDay: 1000, refused: 1 });
  });
});

describe('the truth of drives', () => {
  it('is that of the tree after mutations and after everything is lost', async () => {
    const world = new DriveWorld();
    for (const { tree } of world.part.drives.all()) {
      seedDrive(tree, { random: randomStream('truth'), files: 20, hasher: world.hasher });
    }
    const plan = {
      newShare: 0.1,
      changedShare: 0.1,
      movedShare: 0.2,
      deletedShare: 0.1,
      folders: 2,
    };
    const reports = await world.part.party.mutate(randomStream('changes'), plan);
    expect(reports).toHaveLength(2);
    for (const report of reports) {
      expect(report).toMatchObject({ changed: 2, moved: 4 });
      expect(Math.min(report.created, report.deleted, report.foldersMoved)).toBeGreaterThan(0);
    }
    const { items } = world.part.party.totals();
    expect(world.truth.items.size).toBe(items);
    await world.part.party.lose();
    expect([world.truth.items.size, world.truth.folders.size]).toEqual([0, 2]);
    expect(world.part.party.totals()).toEqual({ items: 0, bytes: 0 });
  });

  it('does the same for the same seed', async () => {
    const digests = async (): Promise<string[]> => {
      const world = new DriveWorld();
      const { tree } = world.drive();
      seedDrive(tree, { random: randomStream('same'), files: 10, hasher: world.hasher });
      return Promise.all([...world.truth.items.values()].map(({ digest }) => digest()));
    };
    expect(await digests()).toEqual(await digests());
  });
});
