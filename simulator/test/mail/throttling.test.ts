import { describe, expect, it } from 'vitest';
import { codeOf, MailWorld, type Reply } from './mail-world.ts';

interface PartReply {
  readonly id: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

function responsesOf(reply: Reply): PartReply[] {
  return reply.body['responses'] as PartReply[];
}

describe('the budget of a mailbox', () => {
  it('lets four requests at once through and refuses the fifth', async () => {
    const world = new MailWorld();
    const path = `${world.user}/mailFolders`;
    const four = await Promise.all(Array.from({ length: 4 }, () => world.open('GET', path)));
    const fifth = await world.graph('GET', path);
    expect([fifth.status, codeOf(fifth)]).toEqual([429, 'ApplicationThrottled']);
    expect(Number(fifth.headers['retry-after'])).toBeGreaterThan(0);
    four[0]?.done();
    expect((await world.graph('GET', path)).status).toBe(200);
  });

  it('is one for both ways to name a mailbox, and each mailbox has its own', async () => {
    const world = new MailWorld();
    const path = `${world.exchange}/folders`;
    await Promise.all(Array.from({ length: 4 }, () => world.open('GET', path)));
    expect((await world.graph('GET', `${world.user}/mailFolders`)).status).toBe(429);
    const other = `/users/${world.mailbox(1).parts.userId}/mailFolders`;
    expect((await world.graph('GET', other)).status).toBe(200);
  });

  it('holds so many requests per window, refused ones included', async () => {
    const world = new MailWorld();
    await world.admin('POST', '/limits', { requests: 3 });
    const path = `${world.user}/mailFolders`;
    const statuses: number[] = [];
    for (let i = 0; i < 5; i++) statuses.push((await world.graph('GET', path)).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    expect((await world.graph('GET', path)).headers['retry-after']).toBe('600');
    world.clock.advance(600_000);
    expect((await world.graph('GET', path)).status).toBe(200);
  });
});

describe('$batch', () => {
  const batch = (world: MailWorld, requests: readonly unknown[]): Promise<Reply> =>
    world.graph('POST', '/$batch', { json: { requests } });
  const get = (id: string, url: string, more: object = {}) => ({ id, method: 'GET', url, ...more });

  it('runs twenty parts of one mailbox four at a time', async () => {
    const world = new MailWorld();
    const parts = Array.from({ length: 20 }, (_unused, i) =>
      get(`${i}`, `${world.user}/mailFolders/inbox`),
    );
    const responses = responsesOf(await batch(world, parts));
    expect(responses.map(({ status }) => status)).toEqual(parts.map(() => 200));
    const stats = (await world.admin('GET', '/stats')).body['requests'] as {
      total: { http: number; batched: number };
    };
    expect(stats.total).toMatchObject({ http: 1, batched: 20 });
  });

  it('throttles its parts one by one while others hold the slots', async () => {
    const world = new MailWorld();
    const path = `${world.user}/mailFolders`;
    await Promise.all(Array.from({ length: 4 }, () => world.open('GET', path)));
    const reply = await batch(world, [get('1', path), get('2', '/users?$top=1')]);
    const byId = new Map(responsesOf(reply).map((part) => [part.id, part]));
    expect(reply.status).toBe(200);
    expect(byId.get('1')?.status).toBe(429);
    expect(byId.get('1')?.headers['retry-after']).toBeDefined();
    expect(byId.get('2')?.status).toBe(200);
  });

  it('fails what depends on a failed part with 424', async () => {
    const world = new MailWorld();
    const reply = await batch(world, [
      get('1', '/users/nobody@nowhere.example'),
      get('2', '/users?$top=1', { dependsOn: ['1'] }),
    ]);
    const statuses = responsesOf(reply).map(({ id, status }) => [id, status]);
    expect(statuses).toEqual([
      ['1', 404],
      ['2', 424],
    ]);
  });

  it.each<[string, readonly object[]]>([
    ['no parts', []],
    ['21 parts', Array.from({ length: 21 }, (_u, i) => get(`${i}`, '/users'))],
    ['equal ids', [get('1', '/users'), get('1', '/users')]],
    ['a whole URL', [get('1', 'https://graph.microsoft.com/v1.0/users')]],
    ['a nested batch', [{ id: '1', method: 'POST', url: '/$batch' }]],
    ['an unknown dependency', [get('1', '/users', { dependsOn: ['9'] })]],
    ['a body without content type', [{ id: '1', method: 'POST', url: '/users', body: {} }]],
  ])('refuses %s', async (_what, requests) => {
    expect((await batch(new MailWorld(), requests)).status).toBe(400);
  });

  it('carries bytes as base64', async () => {
    const world = new MailWorld();
    const list = await world.graph('GET', `${world.user}/mailFolders/inbox/messages?$top=1`);
    const id = (list.body['value'] as { id: string }[])[0]?.id;
    const url = `${world.user}/messages/${id}/$value`;
    const mime = await world.graph('GET', url);
    const [part] = responsesOf(await batch(world, [get('1', url)])) as unknown as {
      body: string;
    }[];
    expect(Buffer.from(part?.body ?? '', 'base64').toString('utf8')).toBe(mime.text);
  });
});
