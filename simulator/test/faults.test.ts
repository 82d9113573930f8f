import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../src/config.ts';
import { type RunningSimulator, startSimulator } from '../src/main.ts';

let folder: string;
let simulator: RunningSimulator;
let token: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tenant-faults-'));
  const args = ['--users', '1', '--mails-per-user', '1', '--files-per-user', '1'];
  simulator = await startSimulator(
    readConfig(['--data', folder, '--client-secret', 'known', ...args]),
  );
  const ca = await readFile(simulator.ready.caFile, 'utf8');
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), ca]);
  const { url, tenantId, clientId } = simulator.ready;
  const reply = await fetch(`${url}/${tenantId}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: 'known',
      scope: 'https://graph.microsoft.com/.default',
    }),
  });
  token = ((await reply.json()) as { access_token: string }).access_token;
});

afterAll(async () => {
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
});

beforeEach(() => admin('DELETE', '/faults'));

async function admin(method: string, path: string, body?: unknown): Promise<void> {
  const response = await fetch(`${simulator.ready.url}/_admin${path}`, {
    method,
    headers: { authorization: `Bearer ${simulator.ready.adminToken}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  await response.arrayBuffer();
  expect(response.status).toBe(200);
}

function graph(method: string, path: string, body?: unknown): Promise<Response> {
  return fetch(`${simulator.ready.url}/v1.0${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

const USER = '/users/adele.vance@contoso.example';

async function folderNames(): Promise<string[]> {
  const reply = await graph('GET', `${USER}/mailFolders?$top=100`);
  const { value } = (await reply.json()) as { value: { displayName: string }[] };
  return value.map(({ displayName }) => displayName);
}

describe('a fault on demand', () => {
  it('answers with a status and a fractional Retry-After, so often and no more', async () => {
    const action = { status: 503, retryAfter: 2.128, emptyBody: true };
    await admin('POST', '/faults', { route: '/users', count: 2, action });
    const replies = [await graph('GET', '/users'), await graph('GET', '/users')];
    expect(replies.map(({ status }) => status)).toEqual([503, 503]);
    expect(replies[0]?.headers.get('retry-after')).toBe('2.128');
    expect(await replies[0]?.text()).toBe('');
    expect((await graph('GET', '/users')).status).toBe(200);
  });

  it('drops a connection before the request takes effect', async () => {
    const route = '/users/{user}/mailFolders';
    await admin('POST', '/faults', { route, method: 'POST', count: 1, action: { drop: true } });
    const json = { displayName: 'Never made' };
    await expect(graph('POST', `${USER}/mailFolders`, json)).rejects.toThrow();
    expect(await folderNames()).not.toContain('Never made');
  });

  it('loses the reply of a request that took effect', async () => {
    const route = '/users/{user}/mailFolders';
    const action = { drop: true, applyFirst: true };
    await admin('POST', '/faults', { route, method: 'POST', count: 1, action });
    const json = { displayName: 'Made in secret' };
    await expect(graph('POST', `${USER}/mailFolders`, json)).rejects.toThrow();
    expect(await folderNames()).toContain('Made in secret');
  });

  it('cuts a body off', async () => {
    await admin('POST', '/faults', { route: '/users', count: 1, action: { truncateAt: 0.5 } });
    const read = async () => (await graph('GET', '/users')).text();
    await expect(read()).rejects.toThrow();
  });

  it('hits the token endpoint too', async () => {
    const action = { status: 500 };
    await admin('POST', '/faults', { route: '*/oauth2/v2.0/token', count: 1, action });
    const url = `${simulator.ready.url}/x/oauth2/v2.0/token`;
    expect((await fetch(url, { method: 'POST' })).status).toBe(500);
  });
});
