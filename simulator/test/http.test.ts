import { request } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TenantClient } from './contracts/tenant-client.ts';

let client: TenantClient;

beforeAll(async () => {
  client = await TenantClient.start(['--users', '1', '--mails-per-user', '1']);
});

afterAll(() => client.close());

describe('requests that do not come as far as Graph', () => {
  it.each([
    ['GET', '/users/%zz', 400],
    ['GET', '/users/%ff', 400],
    ['PROPFIND', '/users', 405],
  ])('are answered in its words: %s %s', async (method, path, status) => {
    const reply = await client.graph(method, path);
    expect(reply.status).toBe(status);
    expect(reply.body).toEqual({
      error: {
        code: expect.any(String),
        message: expect.any(String),
        innerError: expect.objectContaining({ 'request-id': expect.any(String) }),
      },
    });
  });

  it('are refused by the length that they claim, before they are read', async () => {
    const { body } = await client.signIn();
    const headers = {
      authorization: `Bearer ${body['access_token']}`,
      'content-type': 'application/json',
      'content-length': 9e15,
    };
    const url = `${client.ready.url}/v1.0/$batch`;
    const status = await new Promise((resolve, reject) => {
      const call = request(
        url,
        { method: 'POST', headers, rejectUnauthorized: false },
        (answer) => {
          resolve(answer.statusCode);
          call.destroy();
        },
      );
      call.once('error', reject);
      call.write('{');
    });
    expect(status).toBe(413);
  });
});
