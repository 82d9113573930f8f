import { beforeAll, describe, expect, it } from 'vitest';
import { codeOf, entriesOf, MailWorld } from './mail-world.ts';

let world: MailWorld;

beforeAll(() => {
  world = new MailWorld();
});

describe('what is not served', () => {
  it.each([
    ['GET', '/groups'],
    ['GET', '/me'],
    ['GET', '/sites/getAllSites'],
    ['GET', '/users/a/calendars/b/events'],
    ['GET', '/users/a/drive/root/permissions'],
    ['GET', "/users/a/drive/root/microsoft.graph.search(q='a')"],
    ['POST', '/users/a/drive/root/createLink'],
    ['POST', '/users/a/messages/b/attachments/createUploadSession'],
  ])('is 501 and says so: %s %s', async (method, path) => {
    const reply = await world.graph(method, path, { json: {} });
    expect(reply.status).toBe(501);
    expect(codeOf(reply)).toBe('notImplemented');
  });

  it('differs from what does not exist and from a wrong method', async () => {
    expect((await world.graph('GET', '/users/a/nothing')).status).toBe(400);
    expect((await world.graph('GET', `${world.user}/messages/b/copy`)).status).toBe(405);
  });
});

describe('requests', () => {
  it('may ask for 1,000 entries at most', async () => {
    for (const path of ['messages', 'mailFolders']) {
      expect((await world.graph('GET', `${world.user}/${path}?$top=1000`)).status).toBe(200);
      expect((await world.graph('GET', `${world.user}/${path}?$top=1001`)).status).toBe(400);
    }
  });

  it('in batches keep a question mark in their query', async () => {
    const url = "/users?$filter=displayName eq 'who?'";
    const json = { requests: [{ id: '1', method: 'GET', url }] };
    const { body } = await world.graph('POST', '/$batch', { json });
    expect(body['responses']).toMatchObject([{ status: 200, body: { value: [] } }]);
  });

  it('to export take no other parameter', async () => {
    const json = { itemIds: ['x'], includeHidden: true };
    expect((await world.graph('POST', `${world.exchange}/exportItems`, { json })).status).toBe(400);
  });

  it('to import are JSON and say so', async () => {
    const session = await world.graph('POST', `${world.exchange}/createImportSession`);
    const url = String(session.body['importUrl']);
    const reply = await world.plain('POST', url, { text: '{}' });
    expect(reply.status).toBe(415);
    expect((await world.plain('GET', url)).headers['allow']).toBe('POST');
  });

  it('with attachments carry base64', async () => {
    const draft = await world.graph('POST', `${world.user}/messages`, { json: { subject: 'a' } });
    const path = `${world.user}/messages/${draft.body['id']}/attachments`;
    const file = { '@odata.type': '#microsoft.graph.fileAttachment', name: 'a' };
    for (const contentBytes of ['%%%', 'AAA', '-_-_']) {
      const reply = await world.graph('POST', path, { json: { ...file, contentBytes } });
      expect(reply.status).toBe(400);
    }
    expect(entriesOf(await world.graph('GET', path))).toEqual([]);
  });

  it('with messages that would keep a naive parser busy are answered', async () => {
    const heads = [
      `From: ${'"\\'.repeat(500_000)}`,
      `Content-Type: text/plain; ${'a'.repeat(1_000_000)}`,
      `Content-Type: text/plain; ${';a="\\"'.repeat(200_000)}`,
      `Content-Transfer-Encoding: quoted-printable\r\n\r\n${' '.repeat(1_000_000)}`,
    ];
    for (const head of heads) {
      const text = Buffer.from(`${head}\r\n\r\n`).toString('base64');
      const reply = await world.graph('POST', `${world.user}/messages`, { text });
      expect(reply.status).toBe(201);
      const read = await world.graph('GET', `${world.user}/messages/${reply.body['id']}`);
      expect(read.status).toBe(200);
    }
  });
});
