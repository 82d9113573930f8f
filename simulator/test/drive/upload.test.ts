import { describe, expect, it } from 'vitest';
import { FRAGMENT_UNIT_BYTES } from '../../src/domain/drive/upload-session.ts';
import { DriveWorld, type Reply } from './drive-world.ts';

const UNIT = FRAGMENT_UNIT_BYTES;
const TIMES = {
  createdDateTime: '2019-05-06T07:08:09Z',
  lastModifiedDateTime: '2020-01-02T03:04:05.678Z',
};

function patternOf(sizeBytes: number): Buffer {
  return Buffer.from(Uint8Array.from({ length: sizeBytes }, (_unused, i) => i % 251));
}

async function open(world: DriveWorld, name: string, body: unknown = {}): Promise<Reply> {
  const path = `/drives/${world.drive().id}/root:/${name}:/createUploadSession`;
  return world.graph('POST', path, { json: body });
}

function put(
  world: DriveWorld,
  url: unknown,
  part: { bytes: Buffer; from: number; total: number },
) {
  const end = part.from + part.bytes.length - 1;
  const headers = { 'content-range': `bytes ${part.from}-${end}/${part.total}` };
  return world.plain('PUT', String(url), { headers, bytes: part.bytes });
}

async function contentOf(world: DriveWorld, name: string): Promise<Uint8Array> {
  const reply = await world.graph('GET', `/drives/${world.drive().id}/root:/${name}:/content`);
  return (await world.plain('GET', reply.headers['location'] ?? '')).bytes;
}

describe('an upload session', () => {
  it('takes fragments, tells what it expects, and keeps the dates of the file', async () => {
    const world = new DriveWorld();
    const whole = patternOf(2 * UNIT + 1000);
    const item = { fileSystemInfo: TIMES, name: 'big.bin', fileSize: whole.length };
    const { body } = await open(world, 'big.bin', { item });
    const total = whole.length;
    const first = await put(world, body['uploadUrl'], {
      bytes: whole.subarray(0, 2 * UNIT),
      from: 0,
      total,
    });
    expect(first.status).toBe(202);
    expect(first.body['nextExpectedRanges']).toEqual([`${2 * UNIT}-`]);
    const status = await world.plain('GET', String(body['uploadUrl']));
    expect(status.body).toEqual(first.body);
    const last = await put(world, body['uploadUrl'], {
      bytes: whole.subarray(2 * UNIT),
      from: 2 * UNIT,
      total,
    });
    expect(last.status).toBe(201);
    expect(last.body).toMatchObject({
      name: 'big.bin',
      size: total,
      fileSystemInfo: { ...TIMES, lastModifiedDateTime: '2020-01-02T03:04:05Z' },
    });
    expect(Buffer.compare(await contentOf(world, 'big.bin'), whole)).toBe(0);
    expect((await world.plain('GET', String(body['uploadUrl']))).status).toBe(404);
  });

  it('goes on after a fragment that did not arrive whole', async () => {
    const world = new DriveWorld();
    const { body } = await open(world, 'f.bin');
    const cut = await world.plain('PUT', String(body['uploadUrl']), {
      headers: { 'content-range': `bytes 0-${UNIT - 1}/${UNIT}`, 'content-length': String(UNIT) },
      bytes: Buffer.alloc(500),
    });
    expect(cut.status).toBe(400);
    const status = await world.plain('GET', String(body['uploadUrl']));
    expect(status.body['nextExpectedRanges']).toEqual(['0-']);
  });

  it('answers 416 to a fragment that it has', async () => {
    const world = new DriveWorld();
    const { body } = await open(world, 'f.bin');
    const part = { bytes: patternOf(UNIT), from: 0, total: 2 * UNIT };
    await put(world, body['uploadUrl'], part);
    const again = await put(world, body['uploadUrl'], part);
    expect(again.status).toBe(416);
    expect(again.body).toMatchObject({
      error: {
        code: 'invalidRange',
        message: 'Uploaded fragment overlaps with existing data.',
        innerError: { code: 'fragmentOverlap' },
      },
    });
  });

  it.each([
    ['an odd size', { bytes: patternOf(1000), from: 0, total: 2000 }, 400],
    ['a gap', { bytes: patternOf(UNIT), from: UNIT, total: 2 * UNIT }, 416],
  ] as const)('refuses %s', async (_name, part, status) => {
    const world = new DriveWorld();
    const { body } = await open(world, 'f.bin');
    expect((await put(world, body['uploadUrl'], { ...part })).status).toBe(status);
  });

  it('refuses a bearer token at its URL and a range for no bytes', async () => {
    const world = new DriveWorld();
    const { body } = await open(world, 'f.bin');
    const url = String(body['uploadUrl']);
    const headers = { authorization: 'Bearer good', 'content-range': 'bytes 0-0/1' };
    expect((await world.plain('PUT', url, { headers, bytes: Buffer.alloc(1) })).status).toBe(401);
    const empty = await world.plain('PUT', url, { headers: { 'content-range': 'bytes 0--1/0' } });
    expect(empty.status).toBe(400);
  });

  it('ends when cancelled and when its time is over', async () => {
    const world = new DriveWorld();
    const cancelled = (await open(world, 'f.bin')).body['uploadUrl'];
    expect((await world.plain('DELETE', String(cancelled))).status).toBe(204);
    const part = { bytes: patternOf(10), from: 0, total: 10 };
    expect((await put(world, cancelled, part)).status).toBe(404);
    const forgotten = (await open(world, 'f.bin')).body['uploadUrl'];
    world.clock.advance(86_400_000);
    expect((await put(world, forgotten, part)).status).toBe(404);
  });

  it('waits for its commit when that is deferred', async () => {
    const world = new DriveWorld();
    const { body } = await open(world, 'f.bin', { deferCommit: true });
    const url = String(body['uploadUrl']);
    expect((await world.plain('POST', url)).status).toBe(400);
    expect((await put(world, url, { bytes: patternOf(9), from: 0, total: 9 })).status).toBe(202);
    expect(world.drive().tree.childCount(world.drive().tree.root.id)).toBe(0);
    expect((await world.plain('POST', url)).status).toBe(201);
  });

  it('refuses a taken name at once, and also at the end when it was taken meanwhile', async () => {
    const world = new DriveWorld();
    const late = (await open(world, 'f.bin')).body['uploadUrl'];
    const part = { bytes: patternOf(10), from: 0, total: 10 };
    await world.graph('PUT', `/drives/${world.drive().id}/root:/F.BIN:/content`);
    expect((await open(world, 'f.bin')).status).toBe(409);
    expect((await put(world, late, part)).status).toBe(409);
    const renaming = { item: { '@microsoft.graph.conflictBehavior': 'rename' } };
    const renamed = await put(
      world,
      (await open(world, 'f.bin', renaming)).body['uploadUrl'],
      part,
    );
    expect([renamed.status, renamed.body['name']]).toEqual([201, 'f 1.bin']);
    const replacing = { item: { '@microsoft.graph.conflictBehavior': 'replace' } };
    const replaced = await put(
      world,
      (await open(world, 'f.bin', replacing)).body['uploadUrl'],
      part,
    );
    expect([replaced.status, replaced.body['name']]).toEqual([200, 'F.BIN']);
  });

  it('refuses a body whose name is not that of the path, and files beyond the quota', async () => {
    const world = new DriveWorld();
    expect((await open(world, 'f.bin', { item: { name: 'g.bin' } })).status).toBe(400);
    await world.admin('anna', 'quota', { totalBytes: 1000 });
    const full = await open(world, 'f.bin', { item: { fileSize: 1001 } });
    expect([full.status, full.body]).toMatchObject([507, { error: { code: 'quotaLimitReached' } }]);
    const small = (await open(world, 'f.bin')).body['uploadUrl'];
    const part = { bytes: patternOf(1001), from: 0, total: 1001 };
    expect((await put(world, small, part)).status).toBe(507);
  });
});

describe('PUT …/content', () => {
  it('makes and replaces files, also empty ones', async () => {
    const world = new DriveWorld();
    const path = `/drives/${world.drive().id}/root:/empty.txt:/content`;
    const made = await world.graph('PUT', path);
    expect([made.status, made.body['size']]).toEqual([201, 0]);
    const bytes = Buffer.from('now with content');
    const replaced = await world.graph('PUT', path, { bytes });
    expect([replaced.status, replaced.body['id']]).toEqual([200, made.body['id']]);
    expect(Buffer.compare(await contentOf(world, 'empty.txt'), bytes)).toBe(0);
  });

  it('minds conflicts, preconditions and missing folders', async () => {
    const world = new DriveWorld();
    const stem = `/drives/${world.drive().id}`;
    const { body } = await world.graph('PUT', `${stem}/root:/a.txt:/content`);
    const fail = `${stem}/root:/a.txt:/content?@microsoft.graph.conflictBehavior=fail`;
    expect((await world.graph('PUT', fail)).status).toBe(409);
    const stale = { headers: { 'if-match': '"{0},1"' } };
    expect((await world.graph('PUT', `${stem}/items/${body['id']}/content`, stale)).status).toBe(
      412,
    );
    const good = { headers: { 'if-match': String(body['eTag']) } };
    expect((await world.graph('PUT', `${stem}/items/${body['id']}/content`, good)).status).toBe(
      200,
    );
    expect((await world.graph('PUT', `${stem}/root:/no/a.txt:/content`)).status).toBe(404);
  });
});
