import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { ConfidentialClientApplication } from '@azure/msal-node';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../src/config.ts';
import { type RunningSimulator, startSimulator } from '../src/main.ts';

const SCOPE = 'https://graph.microsoft.com/.default';
const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

let folder: string;
let simulator: RunningSimulator;
let certificate: string;
let privateKey: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tenant-identity-'));
  simulator = await startSimulator(
    readConfig([
      '--data',
      folder,
      '--users',
      '1',
      '--mails-per-user',
      '1',
      '--files-per-user',
      '1',
    ]),
  );
  const { certificateFile, privateKeyFile, caFile } = simulator.ready;
  certificate = await readFile(certificateFile, 'utf8');
  privateKey = await readFile(privateKeyFile, 'utf8');
  const ca = await readFile(caFile, 'utf8');
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), ca]);
});

afterAll(async () => {
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
});

function tokenUrl(tenant = simulator.ready.tenantId): string {
  return `${simulator.ready.url}/${tenant}/oauth2/v2.0/token`;
}

interface AssertionChange {
  readonly alg?: 'PS256' | 'RS256';
  readonly header?: Readonly<Record<string, string>>;
  readonly claims?: Readonly<Record<string, unknown>>;
}

async function makeAssertion({
  alg = 'PS256',
  header,
  claims,
}: AssertionChange = {}): Promise<string> {
  const { fingerprint256 } = new X509Certificate(certificate);
  const x5t = Buffer.from(fingerprint256.replaceAll(':', ''), 'hex').toString('base64url');
  const nowSeconds = Math.floor(Date.now() / 1000);
  const { clientId } = simulator.ready;
  return new SignJWT({
    aud: tokenUrl(),
    iss: clientId,
    sub: clientId,
    jti: `${nowSeconds}`,
    nbf: nowSeconds,
    exp: nowSeconds + 600,
    ...claims,
  })
    .setProtectedHeader({ alg, typ: 'JWT', ...(header ?? { 'x5t#S256': x5t }) })
    .sign(createPrivateKey(privateKey));
}

async function askToken(
  form: Readonly<Record<string, string>>,
  tenant?: string,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(tokenUrl(tenant), {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: simulator.ready.clientId,
      scope: SCOPE,
      ...form,
    }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

function signIn(client_assertion: string): ReturnType<typeof askToken> {
  return askToken({ client_assertion, client_assertion_type: JWT_BEARER });
}

function codesOf({ body }: { body: Record<string, unknown> }): unknown {
  return body['error_codes'];
}

describe('the token endpoint', () => {
  it('signs MSAL in with a certificate, and Graph takes the token', async () => {
    const { url, tenantId, clientId } = simulator.ready;
    const client = new ConfidentialClientApplication({
      auth: {
        clientId,
        authority: `${url}/${tenantId}`,
        knownAuthorities: [new URL(url).host],
        clientCertificate: {
          thumbprintSha256: new X509Certificate(certificate).fingerprint256.replaceAll(':', ''),
          privateKey,
          x5c: certificate,
        },
      },
    });
    const result = await client.acquireTokenByClientCredential({ scopes: [SCOPE] });
    const response = await fetch(`${url}/v1.0/users`, {
      headers: { authorization: `Bearer ${result?.accessToken}` },
    });
    expect(response.status).toBe(200);
  });

  it('takes PS256 by the SHA-256 and RS256 by the SHA-1 thumbprint', async () => {
    const { fingerprint } = new X509Certificate(certificate);
    const x5t = Buffer.from(fingerprint.replaceAll(':', ''), 'hex').toString('base64url');
    expect((await signIn(await makeAssertion())).status).toBe(200);
    const old = await makeAssertion({ alg: 'RS256', header: { x5t } });
    expect((await signIn(old)).status).toBe(200);
  });

  it.each<[string, AssertionChange, number]>([
    ['another certificate', { header: { 'x5t#S256': 'AAAA' } }, 700027],
    ['no thumbprint', { header: {} }, 700027],
    ['another audience', { claims: { aud: 'https://login.microsoftonline.com/x' } }, 700023],
    ['another issuer', { claims: { iss: 'somebody' } }, 700021],
    ['another subject', { claims: { sub: 'somebody' } }, 700021],
    ['an end in the past', { claims: { exp: 1_000_000_000 } }, 700024],
    ['a beginning in the future', { claims: { nbf: 4_000_000_000 } }, 700024],
  ])('refuses an assertion with %s', async (_what, change, code) => {
    const reply = await signIn(await makeAssertion(change));
    expect([reply.status, codesOf(reply)]).toEqual([401, [code]]);
    expect(reply.body['error']).toBe('invalid_client');
    expect(String(reply.body['error_description'])).toMatch(new RegExp(`^AADSTS${code}: `));
  });

  it('refuses a signature that does not fit', async () => {
    const good = await makeAssertion();
    const tampered = `${good.slice(0, -4)}${good.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`;
    expect(codesOf(await signIn(tampered))).toEqual([700027]);
  });

  it.each<[string, Readonly<Record<string, string>>, number, number]>([
    ['an unknown application', { client_id: 'f3e1c2aa-0000-4000-8000-000000000000' }, 400, 700016],
    ['a secret that is not registered', { client_secret: 'guess' }, 401, 7000215],
    ['no credential', {}, 401, 7000218],
    ['another grant', { grant_type: 'password' }, 400, 70003],
    ['a scope without .default', { scope: 'User.Read' }, 400, 1002012],
    ['another resource', { scope: 'https://vault.example/.default' }, 400, 500011],
  ])('refuses %s', async (_what, form, status, code) => {
    const reply = await askToken(form);
    expect([reply.status, codesOf(reply)]).toEqual([status, [code]]);
  });

  it('knows its own tenant only, by id or by domain', async () => {
    expect(codesOf(await askToken({}, 'ffffffff-0000-4000-8000-000000000000'))).toEqual([90002]);
    const client_assertion = await makeAssertion();
    const form = { client_assertion, client_assertion_type: JWT_BEARER };
    expect((await askToken(form, simulator.ready.domain)).status).toBe(200);
  });
});

describe('Graph', () => {
  const get = async (token: string, path = '/users'): Promise<Response> =>
    fetch(`${simulator.ready.url}/v1.0${path}`, { headers: { authorization: token } });

  it.each(['', 'Bearer', 'Bearer nonsense', 'Basic abc'])(
    'answers 401 with a challenge to the header %j',
    async (header) => {
      const response = await get(header);
      const body = (await response.json()) as { error: { code: string } };
      expect([response.status, body.error.code]).toEqual([401, 'InvalidAuthenticationToken']);
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer /);
    },
  );

  it('refuses an expired token, and what was not consented to', async () => {
    const { url, adminToken } = simulator.ready;
    const admin = (path: string, body: unknown) =>
      fetch(`${url}/_admin${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${adminToken}` },
        body: JSON.stringify(body),
      });
    const appId = '0a0a0a0a-0000-4000-8000-000000000001';
    await admin('/apps', { appId, secrets: ['known'], roles: ['Mail.Read'] });
    const signedIn = await askToken({ client_id: appId, client_secret: 'known' });
    const token = `Bearer ${String(signedIn.body['access_token'])}`;
    const denied = await get(token);
    expect([
      denied.status,
      ((await denied.json()) as { error: { code: string } }).error.code,
    ]).toEqual([403, 'Authorization_RequestDenied']);
    await admin('/clock', { advanceMs: 3_700_000 });
    expect((await get(token)).status).toBe(401);
    await admin('/clock', { advanceMs: -3_700_000 });
  });
});
