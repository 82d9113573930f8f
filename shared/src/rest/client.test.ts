import { describe, expect, it } from 'vitest';
import { makeRestClient } from './client.ts';
import type { HttpRequest, Transport } from './transport.ts';

function answering(status: number, body: string, seen: HttpRequest[] = []): Transport {
  return {
    send: async (request) => {
      seen.push(request);
      return { status, body: chunksOf(body) };
    },
    close: () => {},
  };
}

async function* chunksOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

const url = 'https://localhost:8443';

describe('REST client', () => {
  it('puts params, query, body, token and key where the route says', async () => {
    const seen: HttpRequest[] = [];
    const client = makeRestClient({
      url,
      token: 'firn_a_b',
      transport: answering(202, '{}', seen),
    });
    await client.call('startJob', {
      params: { job: 'all / mail' },
      body: { full: true },
      idempotencyKey: 'once',
    });
    expect(seen[0]).toMatchObject({
      method: 'POST',
      body: '{"full":true}',
      headers: { authorization: 'Bearer firn_a_b', 'idempotency-key': 'once' },
    });
    expect(seen[0]?.url.href).toBe(`${url}/api/v1/jobs/all%20%2F%20mail/start`);
    await client.call('listSessions', { query: { open: true, limit: 5 } });
    expect(seen[1]?.url.search).toBe('?open=true&limit=5');
    expect(seen[1]?.body).toBeUndefined();
  });

  it('throws the error that a problem stands for', async () => {
    const problem = {
      code: 'E_REQUEST_INVALID',
      detail: 'the body is not valid',
      errors: [{ path: '/name', message: 'is required' }],
    };
    const client = makeRestClient({ url, transport: answering(400, JSON.stringify(problem)) });
    await expect(client.call('listJobs', {})).rejects.toMatchObject({
      code: 'E_REQUEST_INVALID',
      message: 'the body is not valid: /name is required',
    });
  });

  it('says the status when the answer is no problem of Firn', async () => {
    const client = makeRestClient({ url, transport: answering(502, '<html>') });
    await expect(client.call('health', {})).rejects.toThrow(
      'the controller answered with status 502',
    );
  });

  it('follows a session from the event after the last one', async () => {
    const seen: HttpRequest[] = [];
    const stream = 'id: 4\nevent: log\ndata: {"number":4}\n\n: ping\n\nevent: end\ndata: {}\n\n';
    const client = makeRestClient({ url, transport: answering(200, stream, seen) });
    const events = await Array.fromAsync(client.followSession('s', { lastEventId: '3' }));
    expect(events.map(({ event, id }) => [event, id])).toEqual([
      ['log', '4'],
      ['end', undefined],
    ]);
    expect(seen[0]?.headers).toMatchObject({ 'last-event-id': '3', accept: 'text/event-stream' });
  });
});
