import { afterEach, describe, expect, it } from 'vitest';
import { mailboxLane } from '../src/adapters/sources/graph/client/lane.ts';
import { type Answer, type Asked, answerBatch, ScriptedGraph } from './fakes/scripted-graph.ts';

const signal = new AbortController().signal;
let service: ScriptedGraph;
afterEach(() => service.close());

async function start(answer: (asked: Asked, service: ScriptedGraph) => Answer) {
  service = await ScriptedGraph.start(answer);
  return { lane: mailboxLane(service.clock), client: service.client };
}

const get = { method: 'GET', path: '/thing', what: 'a thing' } as const;

describe('GraphClient', () => {
  it('names itself and each request, and sends the token', async () => {
    const { client, lane } = await start(() => ({ body: {} }));
    await client.json({ ...get, lane, signal });
    expect(service.asked[0]).toMatchObject({
      url: '/v1.0/thing',
      headers: {
        authorization: 'Bearer token-1',
        'user-agent': 'NONISV|Firn|Firn/0.1',
        'client-request-id': 'request-1',
      },
    });
  });

  it('waits as long as a throttled answer asks, with fractions', async () => {
    const { client, lane } = await start((_, { asked }) =>
      asked.length === 1
        ? { status: 429, headers: { 'retry-after': '2.128' } }
        : { body: { a: 1 } },
    );
    expect((await client.json({ ...get, lane, signal })).body).toEqual({ a: 1 });
    expect(service.slept.reduce((a, b) => a + b, 0)).toBeGreaterThanOrEqual(2128);
  });

  it('sends nothing else to a mailbox that asked to wait', async () => {
    const { client, lane } = await start((_, { asked }) =>
      asked.length === 1 ? { status: 503, headers: { 'retry-after': '30' } } : { body: {} },
    );
    const write = { ...get, method: 'POST', lane, signal } as const;
    await expect(client.json(write)).rejects.toMatchObject({ code: 'E_SOURCE_UNAVAILABLE' });
    await client.json({ ...get, lane, signal });
    expect(service.slept).toEqual([30_000]);
  });

  it('repeats a write after 429, which was not applied, but not after 503 or a lost answer', async () => {
    const answers: Answer[] = [
      { status: 429 },
      { body: {} },
      { status: 503 },
      { breakAfterBytes: 0 },
    ];
    const { client, lane } = await start(() => answers.shift() ?? { body: {} });
    const write = { ...get, method: 'POST', lane, signal } as const;
    await client.json(write);
    await expect(client.json(write)).rejects.toMatchObject({ code: 'E_SOURCE_UNAVAILABLE' });
    await expect(client.json(write)).rejects.toMatchObject({ code: 'E_SOURCE_UNAVAILABLE' });
    expect(service.asked).toHaveLength(4);
  });

  it('takes a new token once when the first is refused', async () => {
    const { client, lane } = await start((asked) =>
      asked.headers.authorization === 'Bearer token-1' ? { status: 401 } : { body: {} },
    );
    await client.json({ ...get, lane, signal });
    expect(service.asked.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
    ]);
  });

  it('does not send the token to another host that a link names', async () => {
    const { client, lane } = await start(() => ({ body: {} }));
    const path = 'https://elsewhere.example/v1.0/thing';
    await expect(client.json({ ...get, path, lane, signal })).rejects.toMatchObject({
      code: 'E_SOURCE_PROTOCOL',
    });
    expect(service.asked).toEqual([]);
  });

  it('asks again when a 404 has no body', async () => {
    const { client, lane } = await start((_, { asked }) =>
      asked.length === 1 ? { status: 404 } : { body: {} },
    );
    await client.json({ ...get, lane, signal });
    expect(service.asked).toHaveLength(2);
  });

  it('ends a wait when it is aborted', async () => {
    const { client, lane } = await start(() => ({ status: 503 }));
    const controller = new AbortController();
    controller.abort(new Error('stopped'));
    const call = client.json({ ...get, lane, signal: controller.signal });
    await expect(call).rejects.toThrow('stopped');
  });
});

describe('BatchSender', () => {
  it('gives answers in the order of the parts', async () => {
    const { lane } = await start((asked) => answerBatch(asked, (url) => ({ body: { url } })));
    const parts = ['/a', '/b', '/c'].map((path) => ({ path }));
    const replies = await service.batches.send(parts, { lane, what: 'things', signal });
    expect(replies.map(({ body }) => body)).toEqual([{ url: '/a' }, { url: '/b' }, { url: '/c' }]);
    expect(service.batches.partsSent).toBe(3);
    expect(service.sender.sentCount).toBe(1);
  });

  it('repeats only throttled parts, after the longest wait', async () => {
    const { lane } = await start((asked, { asked: all }) =>
      answerBatch(asked, (url) => {
        if (all.length > 1 || url === '/b') return { body: { url } };
        return { status: 429, headers: { 'Retry-After': url === '/a' ? '3' : '7' } };
      }),
    );
    const parts = ['/a', '/b', '/c'].map((path) => ({ path }));
    const replies = await service.batches.send(parts, { lane, what: 'things', signal });
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(service.batches.partsSent).toBe(5);
    expect(Math.max(...service.slept)).toBe(7000);
  });

  it('writes links of answers as parts', async () => {
    const { lane, client } = await start((asked) =>
      answerBatch(asked, (url) => ({ body: { url } })),
    );
    const parts = [{ path: `${client.base.origin}/v1.0/a/delta?$deltatoken=x%20y` }];
    const [reply] = await service.batches.send(parts, { lane, what: 'things', signal });
    expect(reply?.body).toEqual({ url: '/a/delta?$deltatoken=x%20y' });
  });
});
