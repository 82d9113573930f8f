import { describe, expect, it } from 'vitest';
import { codeOf, entriesOf, MailWorld, type Reply } from './mail-world.ts';

const IMMUTABLE = { prefer: 'IdType="ImmutableId"' };

function linkOf(reply: Reply): string {
  return String(reply.body['@odata.nextLink'] ?? reply.body['@odata.deltaLink']);
}

function inboxDelta(world: MailWorld): string {
  return `${world.exchange}/folders/${world.folderId('inbox')}/items/delta`;
}

async function readRound(world: MailWorld, start: string): Promise<Reply> {
  let reply = await world.graph('GET', start);
  while (reply.body['@odata.nextLink']) reply = await world.graph('GET', linkOf(reply));
  return reply;
}

describe('delta of mailbox items', () => {
  it.each(['delta', 'delta()', 'microsoft.graph.delta', 'microsoft.graph.delta()', 'DELTA'])(
    'answers under the name %s',
    async (name) => {
      const world = new MailWorld();
      const reply = await world.graph('GET', inboxDelta(world).replace(/delta$/, name));
      expect(reply.status).toBe(200);
    },
  );

  it('refuses $expand, which is not documented for it', async () => {
    const world = new MailWorld();
    const expand = "$expand=singleValueExtendedProperties($filter=id eq 'String 0x0037')";
    const reply = await world.graph('GET', `${inboxDelta(world)}?${expand}`);
    expect(reply.status).toBe(400);
  });

  it('keeps $select of the first call through the round', async () => {
    const world = new MailWorld();
    const first = await world.graph('GET', `${inboxDelta(world)}?$select=size&$top=1`);
    const second = await world.graph('GET', linkOf(first));
    expect(entriesOf(second)[0]).toHaveProperty('size');
    expect(entriesOf(second)[0]).not.toHaveProperty('type');
  });

  it('tells a move as a removal in one folder and an item in the other', async () => {
    const world = new MailWorld();
    const mailbox = world.mailbox();
    const archive = `${world.exchange}/folders/${world.folderId('archive')}/items/delta`;
    const before = [await readRound(world, inboxDelta(world)), await readRound(world, archive)];
    const inbox = mailbox.folders.byWellKnownName('inbox')!;
    const item = [...mailbox.content(inbox.key).live.values()][0]!;
    mailbox.moveItem(item, mailbox.folders.byWellKnownName('archive')!.key);
    const left = await world.graph('GET', linkOf(before[0]!), { headers: IMMUTABLE });
    const came = await world.graph('GET', linkOf(before[1]!), { headers: IMMUTABLE });
    const id = mailbox.itemId(item, true);
    expect(entriesOf(left)).toEqual([
      expect.objectContaining({ id, '@removed': { reason: 'deleted' } }),
    ]);
    expect(entriesOf(came)).toEqual([expect.objectContaining({ id, type: 'IPM.Note' })]);
  });

  it('gives the same changes again for an old token', async () => {
    const world = new MailWorld();
    const end = await readRound(world, inboxDelta(world));
    const mailbox = world.mailbox();
    const inbox = mailbox.folders.byWellKnownName('inbox')!;
    mailbox.deleteItem([...mailbox.content(inbox.key).live.values()][0]!);
    const once = await world.graph('GET', linkOf(end));
    const again = await world.graph('GET', linkOf(end));
    expect(entriesOf(again)).toEqual(entriesOf(once));
  });

  it('says SyncStateNotFound for a token that was ended or grew too old', async () => {
    const world = new MailWorld();
    const first = await readRound(world, inboxDelta(world));
    await world.admin('POST', '/delta-tokens', { expireAll: true });
    const ended = await world.graph('GET', linkOf(first));
    expect([ended.status, codeOf(ended)]).toEqual([410, 'SyncStateNotFound']);
    const second = await readRound(world, inboxDelta(world));
    world.clock.advance(31 * 86_400_000);
    expect(codeOf(await world.graph('GET', linkOf(second)))).toBe('SyncStateNotFound');
  });

  it('refuses a token that was changed, or is of another folder', async () => {
    const world = new MailWorld();
    const end = linkOf(await readRound(world, inboxDelta(world)));
    const changed = await world.graph('GET', `${end.slice(0, -1)}${end.endsWith('A') ? 'B' : 'A'}`);
    expect([changed.status, codeOf(changed)]).toEqual([400, 'SyncStateInvalid']);
    const elsewhere = end.replace(world.folderId('inbox'), world.folderId('archive'));
    expect(codeOf(await world.graph('GET', elsewhere))).toBe('SyncStateInvalid');
  });

  it('says ErrorItemNotFound once the folder is gone', async () => {
    const world = new MailWorld();
    const { folders } = world.mailbox();
    const folder = folders.create({ parentKey: folders.rootKey, displayName: 'Short-lived' });
    const url = `${world.exchange}/folders/${world.mailbox().folderId(folder.key)}/items/delta`;
    const end = await readRound(world, url);
    folders.remove(folder);
    const reply = await world.graph('GET', linkOf(end));
    expect([reply.status, codeOf(reply)]).toEqual([404, 'ErrorItemNotFound']);
  });

  it('sends empty pages and repeats items on demand, and loses nothing', async () => {
    const world = new MailWorld();
    const route = '*/items/delta()';
    await world.admin('POST', '/faults', { route, count: 1, action: { quirk: 'empty-page' } });
    const empty = await world.graph('GET', inboxDelta(world));
    expect(entriesOf(empty)).toEqual([]);
    expect(empty.body).toHaveProperty('@odata.nextLink');
    await world.admin('POST', '/faults', { route, count: 1, action: { quirk: 'repeat-items' } });
    const repeated = await world.graph('GET', linkOf(empty));
    const ids = entriesOf(repeated).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length - 1);
  });
});

describe('delta of folders', () => {
  it('gives the whole tree, then only what changed', async () => {
    const world = new MailWorld();
    const url = `${world.exchange}/folders/delta`;
    const headers = { prefer: 'odata.maxpagesize=1000' };
    const all = await world.graph('GET', url, { headers });
    const { folders } = world.mailbox();
    expect(entriesOf(all)).toHaveLength([...folders.live()].length - 1);
    const made = folders.create({ parentKey: folders.rootKey, displayName: 'Made' });
    folders.remove(folders.create({ parentKey: made.key, displayName: 'Gone' }));
    const next = await world.graph('GET', linkOf(all));
    expect(entriesOf(next)).toEqual([
      expect.objectContaining({ displayName: 'Made' }),
      expect.objectContaining({ '@removed': { reason: 'deleted' } }),
    ]);
  });
});
