import { describe, expect, it } from 'vitest';
import { seedDrive } from '../../src/app/drive/seed-drive.ts';
import { removeItem } from '../../src/domain/drive/change-item.ts';
import type { DriveItem } from '../../src/domain/drive/drive-item.ts';
import { QuickXorHash } from '../../src/domain/drive/quick-xor-hash.ts';
import { randomStream } from '../../src/domain/random-stream.ts';
import { DriveWorld } from './drive-world.ts';

const HOUR_MS = 3_600_000;

function seededWorld(): { world: DriveWorld; files: DriveItem[]; driveId: string } {
  const world = new DriveWorld();
  const { tree, id } = world.drive();
  seedDrive(tree, { random: randomStream('download'), files: 6, hasher: world.hasher });
  const files = [...tree.subtree(tree.root)].filter((item) => item.kind === 'file');
  return { world, files, driveId: id };
}

function someFile(files: readonly DriveItem[]): DriveItem {
  const file = files.find((item) => item.sizeBytes > 1000 && item.sizeBytes < 1_000_000);
  if (!file) throw new Error('the seed made no file of middle size');
  return file;
}

async function urlOf(world: DriveWorld, driveId: string, item: DriveItem): Promise<string> {
  const reply = await world.graph('GET', `/drives/${driveId}/items/${item.id}/content`);
  expect(reply.status).toBe(302);
  return reply.headers['location'] ?? '';
}

describe('GET …/content', () => {
  it('redirects to a URL that gives the bytes of the hash, for every file of a seed', async () => {
    const { world, files, driveId } = seededWorld();
    expect(files.some((item) => item.sizeBytes === 0)).toBe(true);
    expect(files.some((item) => item.sizeBytes > 2_000_000)).toBe(true);
    for (const file of files) {
      const { body } = await world.graph('GET', `/drives/${driveId}/items/${file.id}`);
      const reply = await world.plain('GET', String(body['@microsoft.graph.downloadUrl']));
      expect(reply.bytes).toHaveLength(file.sizeBytes);
      const hash = new QuickXorHash().update(reply.bytes).digest();
      expect(body['file']).toMatchObject({ hashes: { quickXorHash: hash } });
    }
  });

  it('names the content by path as well', async () => {
    const { world, files, driveId } = seededWorld();
    const names = world.drive().tree.namesTo(someFile(files)).map(encodeURIComponent).join('/');
    const reply = await world.graph('GET', `/drives/${driveId}/root:/${names}:/content`);
    expect(reply.status).toBe(302);
  });

  it('honours Range at the download URL only', async () => {
    const { world, files, driveId } = seededWorld();
    const file = someFile(files);
    const url = await urlOf(world, driveId, file);
    const whole = await world.plain('GET', url);
    const part = await world.plain('GET', url, { headers: { range: 'bytes=100-199' } });
    expect(part.status).toBe(206);
    expect(part.headers['content-range']).toBe(`bytes 100-199/${file.sizeBytes}`);
    expect(part.bytes).toEqual(whole.bytes.subarray(100, 200));
    const tail = await world.plain('GET', url, { headers: { range: 'bytes=-10' } });
    expect(tail.bytes).toEqual(whole.bytes.subarray(-10));
    const beyond = await world.plain('GET', url, {
      headers: { range: `bytes=${file.sizeBytes}-` },
    });
    expect(beyond.status).toBe(416);
  });

  it('refuses a range of an empty file', async () => {
    const { world, files, driveId } = seededWorld();
    const empty = files.find((item) => item.sizeBytes === 0);
    const url = await urlOf(world, driveId, empty as DriveItem);
    expect((await world.plain('GET', url, { headers: { range: 'bytes=0-' } })).status).toBe(416);
    expect((await world.plain('GET', url)).status).toBe(200);
  });

  it.each([
    [
      'with a bearer token',
      401,
      (world: DriveWorld, url: string) =>
        world.plain('GET', url, { headers: { authorization: 'Bearer good' } }),
    ],
    [
      'after an hour',
      401,
      (world: DriveWorld, url: string) => {
        world.clock.advance(HOUR_MS);
        return world.plain('GET', url);
      },
    ],
    [
      'with another seal',
      401,
      (world: DriveWorld, url: string) =>
        world.plain('GET', url.replace('&ApiVersion', 'A&ApiVersion')),
    ],
    [
      'once the file is deleted',
      404,
      (world: DriveWorld, url: string) => {
        const { tree } = world.drive();
        for (const item of tree.childrenOf(tree.root.id)) removeItem(tree, item.id);
        return world.plain('GET', url);
      },
    ],
  ] as const)('answers %s with an empty %i', async (_name, status, act) => {
    const { world, files, driveId } = seededWorld();
    const reply = await act(world, await urlOf(world, driveId, someFile(files)));
    expect([reply.status, reply.bytes.length, reply.body]).toEqual([status, 0, {}]);
  });

  it('lies on another host when an administrator says so', async () => {
    const { world, files, driveId } = seededWorld();
    const origin = 'https://contoso-my.test';
    const headers = { authorization: 'Bearer admin' };
    await world.plain('POST', '/_admin/content-origin', { headers, json: { origin } });
    const url = await urlOf(world, driveId, someFile(files));
    expect(url.startsWith(`${origin}/personal/anna_contoso_test/`)).toBe(true);
    expect((await world.plain('GET', url.slice(origin.length))).status).toBe(200);
    const wrong = { headers, json: { origin: 'http://x/y' } };
    expect((await world.plain('POST', '/_admin/content-origin', wrong)).status).toBe(400);
  });

  it('gives earlier versions, but not the current one, by their number', async () => {
    const { world, files, driveId } = seededWorld();
    const path = `/drives/${driveId}/items/${someFile(files).id}`;
    const before = await world.plain('GET', await urlOf(world, driveId, someFile(files)));
    await world.graph('PUT', `${path}/content`, { bytes: Buffer.from('second') });
    const versions = await world.graph('GET', `${path}/versions`);
    expect(versions.body['value']).toMatchObject([{ id: '2.0', size: 6 }, { id: '1.0' }]);
    const old = await world.graph('GET', `${path}/versions/1.0/content`);
    expect((await world.plain('GET', old.headers['location'] ?? '')).bytes).toEqual(before.bytes);
    expect((await world.graph('GET', `${path}/versions/2.0/content`)).status).toBe(400);
  });

  it('refuses infected files and says so in a header', async () => {
    const { world, files, driveId } = seededWorld();
    const file = someFile(files);
    const url = await urlOf(world, driveId, file);
    await world.admin('anna', 'infect', { id: file.id });
    const reply = await world.graph('GET', `/drives/${driveId}/items/${file.id}/content`);
    expect([reply.status, reply.headers['x-virus-infected']]).toEqual([403, 'true']);
    expect(reply.body).toMatchObject({ error: { code: 'malwareDetected' } });
    expect((await world.plain('GET', url)).status).toBe(403);
    const { body } = await world.graph('GET', `/drives/${driveId}/items/${file.id}`);
    expect(body).toHaveProperty('malware');
    expect(body).not.toHaveProperty('@microsoft.graph.downloadUrl');
  });

  it('gives the small parts of a notebook and refuses the large ones', async () => {
    const { world, driveId } = seededWorld();
    const { body } = await world.admin('anna', 'notebook', { name: 'Notes' });
    const { id } = body['result'] as { id: string };
    const put = (name: string, size: number) =>
      world.graph('PUT', `/drives/${driveId}/items/${id}:/${name}:/content`, {
        bytes: Buffer.alloc(size),
      });
    await put('small.one', 1000);
    await put('large.one', 1_100_000);
    const path = `/drives/${driveId}/root:/Notes`;
    expect((await world.graph('GET', path)).body).toMatchObject({ package: { type: 'oneNote' } });
    expect((await world.graph('GET', `${path}/small.one:/content`)).status).toBe(302);
    expect((await world.graph('GET', `${path}/large.one:/content`)).status).toBe(503);
  });
});
