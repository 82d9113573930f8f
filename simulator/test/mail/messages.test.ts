import { describe, expect, it } from 'vitest';
import { codeOf, entriesOf, MailWorld, type Reply } from './mail-world.ts';

const MIME = [
  'From: =?iso-8859-1?Q?J=F6rg?= <joerg@a.example>',
  'To: "Vance, Adele" <adele@b.example>',
  'Subject: =?utf-8?B?WsO8cmljaA==?=',
  'Date: Tue, 3 Feb 2026 10:11:12 +0100',
  'Message-ID: <1@a.example>',
  'Content-Type: text/plain; charset=utf-8',
  '',
  'Grüße',
].join('\r\n');

function postMime(world: MailWorld, mime: string, folder = 'inbox'): Promise<Reply> {
  const text = Buffer.from(mime, 'utf8').toString('base64');
  return world.graph('POST', `${world.user}/mailFolders/${folder}/messages`, { text });
}

function postJson(world: MailWorld, json: unknown): Promise<Reply> {
  return world.graph('POST', `${world.user}/mailFolders/inbox/messages`, { json });
}

describe('a message posted as MIME', () => {
  it('is a draft, whatever it says of itself', async () => {
    const reply = await postMime(new MailWorld(), `X-Unsent: 0\r\n${MIME}`);
    expect(reply.status).toBe(201);
    expect(reply.body).toMatchObject({
      isDraft: true,
      subject: 'Zürich',
      from: { emailAddress: { name: 'Jörg', address: 'joerg@a.example' } },
      toRecipients: [{ emailAddress: { name: 'Vance, Adele', address: 'adele@b.example' } }],
      sentDateTime: '2026-02-03T09:11:12Z',
      internetMessageId: '<1@a.example>',
    });
  });

  it('keeps its exact bytes', async () => {
    const world = new MailWorld();
    const { body } = await postMime(world, MIME);
    const value = await world.graph('GET', `${world.user}/messages/${String(body['id'])}/$value`);
    expect(value.text).toBe(MIME);
    expect(value.headers['content-type']).toBe('text/plain');
  });

  it.each(['', 'not base64!', 'QUJ'])('is refused when its base64 is %j', async (text) => {
    const world = new MailWorld();
    const reply = await world.graph('POST', `${world.user}/messages`, {
      text,
      headers: { 'content-type': 'text/plain' },
    });
    expect([reply.status, codeOf(reply)]).toEqual([400, 'ErrorMimeContentInvalidBase64String']);
  });
});

describe('a message posted as JSON', () => {
  const flags = (value: string) => [{ id: 'Integer 0x0E07', value }];

  it('is a draft of now', async () => {
    const world = new MailWorld();
    const { body } = await postJson(world, { subject: 'x', sentDateTime: '2001-01-01T00:00:00Z' });
    const now = `${new Date(world.clock.nowMs()).toISOString().slice(0, 19)}Z`;
    expect(body).toMatchObject({ isDraft: true, sentDateTime: now, receivedDateTime: now });
  });

  it.each(['1', '4'])(
    'is none with message flags %s, and keeps the dates of its tags',
    async (value) => {
      const { body } = await postJson(new MailWorld(), {
        subject: 'x',
        singleValueExtendedProperties: [
          ...flags(value),
          { id: 'SystemTime 0x0039', value: '2020-01-02T03:04:05Z' },
          { id: 'SystemTime 0x0E06', value: '2020-01-02T03:04:06Z' },
        ],
      });
      expect(body).toMatchObject({
        isDraft: false,
        sentDateTime: '2020-01-02T03:04:05Z',
        receivedDateTime: '2020-01-02T03:04:06Z',
      });
    },
  );

  it('ignores the flags in a later change', async () => {
    const world = new MailWorld();
    const { body } = await postJson(world, { subject: 'x' });
    const path = `${world.user}/messages/${String(body['id'])}`;
    const json = { singleValueExtendedProperties: flags('1') };
    expect((await world.graph('PATCH', path, { json })).body['isDraft']).toBe(true);
  });

  it('refuses properties that no message has', async () => {
    expect((await postJson(new MailWorld(), { subjct: 'x' })).status).toBe(400);
  });

  it('answers asked extended properties with normalised ids, and leaves out what is not set', async () => {
    const world = new MailWorld();
    const { body } = await postJson(world, {
      subject: 'Hello',
      singleValueExtendedProperties: [
        { id: 'String {66F5A359-4659-4830-9070-00047EC6AC6E} Name Color', value: 'Green' },
      ],
    });
    const ids = [
      'String 0x0037',
      'Integer 0x0E07',
      'String {66f5a359-4659-4830-9070-00047ec6ac6e} Name Color',
      'String 0x1234',
    ];
    const filter = ids.map((id) => `id eq '${id}'`).join(' or ');
    const path = `${world.user}/messages/${String(body['id'])}`;
    const reply = await world.graph(
      'GET',
      `${path}?$expand=singleValueExtendedProperties($filter=${filter})`,
    );
    expect(reply.body['singleValueExtendedProperties']).toEqual([
      { id: 'String 0x37', value: 'Hello' },
      { id: 'Integer 0xe07', value: '9' },
      { id: 'String {66f5a359-4659-4830-9070-00047ec6ac6e} Name Color', value: 'Green' },
    ]);
  });
});

describe('a message', () => {
  it('gets another id by a move, unless its id is immutable', async () => {
    const world = new MailWorld();
    const created = await postJson(world, { subject: 'x' });
    const id = String(created.body['id']);
    const item = world.mailbox().findItem(id)!;
    const immutable = world.mailbox().itemId(item, true);
    const json = { destinationId: 'archive' };
    const moved = await world.graph('POST', `${world.user}/messages/${id}/move`, { json });
    expect(moved.status).toBe(201);
    expect(moved.body['id']).not.toBe(id);
    expect((await world.graph('GET', `${world.user}/messages/${id}`)).status).toBe(404);
    expect((await world.graph('GET', `${world.user}/messages/${immutable}`)).status).toBe(200);
  });

  it('goes to Deleted Items when deleted, and from there for good', async () => {
    const world = new MailWorld();
    const { body } = await postJson(world, { subject: 'x' });
    const item = world.mailbox().findItem(String(body['id']))!;
    const path = `${world.user}/messages/${world.mailbox().itemId(item, true)}`;
    expect((await world.graph('DELETE', path)).status).toBe(204);
    const bin = world.mailbox().findFolder('deleteditems')!;
    expect(world.mailbox().itemByKey(item.key)?.folderKey).toBe(bin.key);
    await world.graph('DELETE', path);
    expect((await world.graph('GET', path)).status).toBe(404);
  });

  it('takes attachments, and gives them back byte by byte', async () => {
    const world = new MailWorld();
    const { body } = await postJson(world, {
      subject: 'x',
      body: { contentType: 'html', content: '<p>hi</p>' },
    });
    const path = `${world.user}/messages/${String(body['id'])}`;
    const json = {
      '@odata.type': '#microsoft.graph.fileAttachment',
      name: 'Grüße.bin',
      contentBytes: Buffer.from([0, 1, 254, 255]).toString('base64'),
    };
    const added = await world.graph('POST', `${path}/attachments`, { json });
    expect(added.status).toBe(201);
    const [shown] = entriesOf(await world.graph('GET', `${path}/attachments`));
    expect(shown).toMatchObject({ name: 'Grüße.bin', contentBytes: json.contentBytes, size: 4 });
    const message = await world.graph('GET', path);
    expect(message.body).toMatchObject({ hasAttachments: true, body: { content: '<p>hi</p>' } });
  });

  it('is sent to the log and to nobody', async () => {
    const world = new MailWorld();
    const json = {
      message: { subject: 'out', toRecipients: [{ emailAddress: { address: 'a@b' } }] },
    };
    expect((await world.graph('POST', `${world.user}/sendMail`, { json })).status).toBe(202);
    expect((await world.admin('GET', '/stats')).body['sent']).toBe(1);
  });
});

describe('mail folders', () => {
  it('hide what is hidden, and mark search folders', async () => {
    const world = new MailWorld();
    const names = async (query: string) =>
      entriesOf(await world.graph('GET', `${world.user}/mailFolders?$top=100${query}`)).map(
        ({ displayName }) => displayName,
      );
    expect(await names('')).not.toContain('Clutter');
    expect(await names('&includeHiddenFolders=true')).toContain('Clutter');
    const children = await world.graph('GET', `${world.user}/mailFolders/Inbox/childFolders`);
    expect(entriesOf(children)).toContainEqual(
      expect.objectContaining({ '@odata.type': '#microsoft.graph.mailSearchFolder' }),
    );
  });

  it('refuse a name that a sibling has, without regard to case', async () => {
    const world = new MailWorld();
    const post = (displayName: string) =>
      world.graph('POST', `${world.user}/mailFolders`, { json: { displayName } });
    expect((await post('Fresh')).status).toBe(201);
    const again = await post('fresh');
    expect([again.status, codeOf(again)]).toEqual([409, 'ErrorFolderExists']);
  });
});

describe('any request', () => {
  it.each([
    ['an unknown option', '/users?$foo=1'],
    ['an option given twice', '/users?$top=1&$top=2'],
    ['a bad number', '/users?$top=many'],
    ['a page that is too large', '/users?$top=1000'],
    ['an unknown property', '/users?$select=shoeSize'],
    ['a filter on an unknown property', "/users?$filter=shoeSize eq '46'"],
    ['$count without ConsistencyLevel', '/users?$count=true'],
    ['an unknown segment', '/nothing'],
    ['an id that is none', '/users/x/nothing/y'],
  ])('is refused with 400 for %s', async (_what, path) => {
    expect((await new MailWorld().graph('GET', path)).status).toBe(400);
  });

  it('finds its segments without regard to case, and keys in parentheses', async () => {
    const world = new MailWorld();
    const { userId } = world.mailbox().parts;
    const reply = await world.graph('GET', `/Users('${userId}')/MAILFOLDERS('inbox')`);
    expect(reply.body['id']).toBe(world.folderId('inbox'));
  });

  it('gets its ids and its error in the documented envelope', async () => {
    const world = new MailWorld();
    const headers = { 'client-request-id': 'mine' };
    const reply = await world.graph('GET', '/users/nobody', { headers });
    expect(reply.headers).toMatchObject({ 'client-request-id': 'mine' });
    expect(reply.body).toEqual({
      error: {
        code: 'Request_ResourceNotFound',
        message: expect.any(String),
        innerError: {
          date: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/),
          'request-id': reply.headers['request-id'],
          'client-request-id': 'mine',
        },
      },
    });
  });

  it('pages users to the end without repeating any', async () => {
    const world = new MailWorld(['--users', '7']);
    const seen: unknown[] = [];
    let link: string | undefined = '/users?$top=3&$select=id';
    while (link !== undefined) {
      const reply: Reply = await world.graph('GET', link);
      seen.push(...entriesOf(reply).map(({ id }) => id));
      link = reply.body['@odata.nextLink'] as string | undefined;
    }
    expect(new Set(seen).size).toBe(7);
    expect(seen).toHaveLength(7);
  });

  it('names what a user lacks', async () => {
    const world = new MailWorld(['--odd-users']);
    const reply = await world.graph('GET', '/users/service@contoso.example/mailFolders');
    expect([reply.status, codeOf(reply)]).toEqual([404, 'MailboxNotEnabledForRESTAPI']);
  });
});
