import { describe, expect, it } from 'vitest';
import { codeOf, entriesOf, MailWorld, ORIGIN, type Reply } from './mail-world.ts';

interface Exported {
  readonly itemId: string;
  readonly changeKey: string;
  readonly data: string;
}

async function exportFirst(world: MailWorld): Promise<Exported> {
  const list = `${world.exchange}/folders/${world.folderId('inbox')}/items?$top=1`;
  const itemIds = entriesOf(await world.graph('GET', list)).map(({ id }) => id);
  const reply = await world.graph('POST', `${world.exchange}/exportItems`, { json: { itemIds } });
  return entriesOf(reply)[0] as unknown as Exported;
}

async function importUrl(world: MailWorld): Promise<string> {
  const session = await world.graph('POST', `${world.exchange}/createImportSession`);
  expect(session.status).toBe(201);
  return String(session.body['importUrl']);
}

async function importItem(world: MailWorld, json: unknown): Promise<Reply> {
  return world.plain('POST', await importUrl(world), { json });
}

describe('exportItems', () => {
  it('tells per item what cannot be exported, under the name of the metadata', async () => {
    const world = new MailWorld();
    const { itemId } = await exportFirst(world);
    const gone = world.mailbox().itemId({ key: 999_999, placement: 0 }, true);
    const json = { itemIds: [itemId, gone, 'nonsense'] };
    const reply = await world.graph('POST', `${world.exchange}/exportItems`, { json });
    expect(reply.status).toBe(200);
    expect(entriesOf(reply)).toEqual([
      expect.objectContaining({ itemId, data: expect.any(String) }),
      { itemId: gone, error: expect.objectContaining({ code: 'ErrorItemNotFound' }) },
      { itemId: 'nonsense', error: expect.objectContaining({ code: 'ErrorInvalidIdMalformed' }) },
    ]);
  });

  it.each([[[]], [Array.from({ length: 21 }, () => 'x')], ['x'], [[1]]])(
    'refuses the ids %j',
    async (itemIds) => {
      const world = new MailWorld();
      const json = { itemIds };
      const reply = await world.graph('POST', `${world.exchange}/exportItems`, { json });
      expect(reply.status).toBe(400);
    },
  );
});

describe('an import', () => {
  it('gives a new id and stamps, and keeps all else', async () => {
    const world = new MailWorld();
    const { data, itemId } = await exportFirst(world);
    await world.admin('POST', '/freeze', { name: 'before' });
    const original = world.mailbox().findItem(itemId)!;
    world.mailbox().deleteItem(original);
    world.clock.advance(60_000);
    const json = { FolderId: world.folderId('inbox'), Mode: 'create', Data: data };
    const reply = await importItem(world, json);
    expect(reply.status).toBe(200);
    expect(reply.body['itemId']).not.toBe(itemId);
    const copy = world.mailbox().findItem(String(reply.body['itemId']))!;
    expect(copy.props).toEqual(original.props);
    expect(copy.createdMs).toBe(world.clock.nowMs());
    const compared = await world.admin('GET', '/compare?snapshot=before');
    expect(compared.body).toMatchObject({ mismatches: 0 });
  });

  it('replaces an item in update mode, if id and change key fit', async () => {
    const world = new MailWorld();
    const { data, itemId, changeKey } = await exportFirst(world);
    const json = { FolderId: world.folderId('inbox'), Mode: 'update', Data: data, ItemId: itemId };
    const stale = await importItem(world, { ...json, ChangeKey: 'stale' });
    expect([stale.status, codeOf(stale)]).toEqual([409, 'ErrorIrresolvableConflict']);
    const done = await importItem(world, { ...json, ChangeKey: changeKey });
    expect(done.body['itemId']).toBe(itemId);
    expect(done.body['changeKey']).not.toBe(changeKey);
  });

  it('refuses garbage and damaged streams', async () => {
    const world = new MailWorld();
    const { data } = await exportFirst(world);
    const bytes = Buffer.from(data, 'base64');
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    for (const bad of ['%%%', 'AAAA', bytes.toString('base64'), data.slice(0, -8)]) {
      const json = { FolderId: world.folderId('inbox'), Mode: 'create', Data: bad };
      const reply = await importItem(world, json);
      expect([reply.status, codeOf(reply)]).toEqual([400, 'ErrorCorruptData']);
    }
  });

  it.each([
    ['no folder', { Mode: 'create', Data: 'AAAA' }],
    ['no mode', { FolderId: 'f', Data: 'AAAA' }],
    ['another mode', { FolderId: 'f', Mode: 'Create', Data: 'AAAA' }],
    ['no data', { FolderId: 'f', Mode: 'create' }],
    ['an id in create mode', { FolderId: 'f', Mode: 'create', Data: 'AAAA', ItemId: 'x' }],
    ['no change key in update mode', { FolderId: 'f', Mode: 'update', Data: 'A', ItemId: 'x' }],
    ['names in lower case', { folderId: 'f', mode: 'create', data: 'AAAA' }],
  ])('refuses %s', async (_what, json) => {
    const reply = await importItem(new MailWorld(), json);
    expect([reply.status, codeOf(reply)]).toEqual([400, 'ErrorInvalidArgument']);
  });

  it('refuses an Authorization header, another mailbox and an expired URL', async () => {
    const world = new MailWorld();
    const url = await importUrl(world);
    const headers = { authorization: 'Bearer token' };
    expect((await world.plain('POST', url, { headers, json: {} })).status).toBe(400);
    const other = url.replace(world.mailbox().mailboxId, world.mailbox(1).mailboxId);
    expect((await world.plain('POST', other, { json: {} })).status).toBe(401);
    expect(
      (await world.plain('POST', `${ORIGIN}/api/gv1.0/Mailboxes('x')/importItem`)).status,
    ).toBe(401);
    world.clock.advance(3_600_001);
    expect((await world.plain('POST', url, { json: {} })).status).toBe(401);
  });
});
