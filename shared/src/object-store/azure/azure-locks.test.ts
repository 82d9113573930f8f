import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { HiddenBlob } from '../../repository/ports.ts';
import { BlockPool } from '../block-pool.ts';
import { AzureStore, type AzureStoreOptions } from './azure-store.ts';

// Azurite knows no immutability: these tests pin what is asked of Azure, in the
// words of its reference, and what is made of its answers.

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

const until = new Date(Date.UTC(2031, 0, 2, 3, 4, 5));
const untilText = 'Thu, 02 Jan 2031 03:04:05 GMT';

describe('AzureStore with version-level immutability', () => {
  it.each([
    ['governance', 'unlocked'],
    ['compliance', 'locked'],
  ] as const)('puts with a policy of mode %s', async (lockMode, policyMode) => {
    const asked = await askedOf({ status: 201 }, { lockMode }, (store) =>
      store.put('packs/a', Buffer.from('a'), { ifAbsent: true, retainUntilMs: until.getTime() }),
    );
    expect(asked[0]?.headers).toMatchObject({
      'x-ms-immutability-policy-until-date': untilText,
      'if-none-match': '*',
    });
    const mode = String(asked[0]?.headers['x-ms-immutability-policy-mode']);
    expect(mode.toLowerCase()).toBe(policyMode);
  });

  it('puts the policy of a stream with the call that makes the blob', async () => {
    async function* body() {
      yield Buffer.alloc(3_000);
    }
    const blocks = new BlockPool(1_024);
    const asked = await askedOf({ status: 201 }, { blocks }, (store) =>
      store.putStream('packs/a', body(), { retainUntilMs: until.getTime() }),
    );
    const commit = asked.find(({ url }) => url.includes('comp=blocklist'));
    expect(commit?.headers['x-ms-immutability-policy-until-date']).toBe(untilText);
    expect(asked[0]?.headers['x-ms-immutability-policy-until-date']).toBeUndefined();
  });

  it('prolongs a policy, and asks for nothing when it is long enough', async () => {
    const present = { 'x-ms-immutability-policy-until-date': untilText };
    const asked = await askedOf({ status: 200, headers: present }, {}, async (store) => {
      await store.locks.retain('packs/a', until.getTime());
      await store.locks.retain('packs/a', until.getTime() + 86_400_000);
    });
    const kinds = asked.map(({ method, url }) => [
      method,
      url.includes('comp=immutabilityPolicies'),
    ]);
    expect(kinds).toEqual([
      ['HEAD', false],
      ['HEAD', false],
      ['PUT', true],
    ]);
    const later = 'Fri, 03 Jan 2031 03:04:05 GMT';
    expect(asked[2]?.headers['x-ms-immutability-policy-until-date']).toBe(later);
  });

  it('tells until when a blob is locked', async () => {
    const headers = { 'x-ms-immutability-policy-until-date': untilText };
    await askedOf({ status: 200, headers }, {}, async (store) => {
      expect((await store.head('packs/a'))?.lockedUntilMs).toBe(until.getTime());
    });
  });

  it('says of a refused deletion that the blob is locked', async () => {
    const headers = { 'x-ms-error-code': 'BlobImmutableDueToPolicy' };
    await askedOf({ status: 409, headers }, {}, async (store) => {
      await expect(store.delete('packs/a')).rejects.toMatchObject({ code: 'E_BLOB_LOCKED' });
    });
  });

  it('does not even try to delete what is locked', async () => {
    const body = `<EnumerationResults ContainerName="c"><Blobs>
      ${blobXml('packs/a', { version: first, current: true, size: 1, md5: md5OfA, untilText })}
      </Blobs><NextMarker/></EnumerationResults>`;
    const answer = { status: 200, headers: { date: 'Wed, 01 Jan 2031 00:00:00 GMT' }, body };
    const asked = await askedOf(answer, { lockMode: 'governance' }, async (store) => {
      await expect(store.delete('packs/a')).rejects.toMatchObject({ code: 'E_BLOB_LOCKED' });
    });
    expect(asked.map(({ method }) => method)).not.toContain('DELETE');
  });

  it('says when the container has no immutability', async () => {
    const headers = { 'x-ms-error-code': 'InvalidHeaderValue' };
    await askedOf({ status: 400, headers }, {}, async (store) => {
      const put = store.put('packs/a', Buffer.from('a'), { retainUntilMs: until.getTime() });
      await expect(put).rejects.toMatchObject({ code: 'E_STORAGE_NO_LOCKS' });
    });
  });

  it('tells the time of the storage', async () => {
    await askedOf({ status: 200, headers: { date: untilText } }, {}, async (store) => {
      const nowMs = await store.locks.now();
      expect(nowMs).toBeGreaterThanOrEqual(until.getTime());
      expect(nowMs).toBeLessThan(until.getTime() + 60_000);
    });
  });

  it('lists what was deleted or replaced, by its versions', async () => {
    const hidden: HiddenBlob[] = [];
    const asked = await askedOf({ status: 200, body: versionsXml }, {}, async (store) => {
      for await (const blob of store.locks.listHidden('packs/')) hidden.push(blob);
    });
    expect(asked[0]?.url).toMatch(/include=[a-z%,2C]*versions/);
    expect(hidden).toMatchObject([
      { name: 'packs/gone', size: 3, how: 'deleted' },
      { name: 'packs/other', size: 7, how: 'replaced', hiddenAtMs: until.getTime() },
    ]);
  });

  it('brings back the first version by copying it over the blob', async () => {
    const asked = await askedOf(
      ({ method }) =>
        method === 'GET'
          ? { status: 200, body: versionsXml }
          : { status: 202, headers: { 'x-ms-copy-status': 'success', 'x-ms-copy-id': 'c' } },
      {},
      (store) => store.locks.unhide('packs/other'),
    );
    const copy = asked.find(({ method }) => method === 'PUT');
    expect(copy?.url).toContain('/packs/other');
    expect(copy?.headers['x-ms-copy-source']).toContain('versionid=2030-01-01');
  });
});

function blobXml(
  name: string,
  more: { version: string; current?: boolean; size: number; md5: string; untilText?: string },
) {
  const until = more.untilText ?? '';
  const policy = `<ImmutabilityPolicyUntilDate>${until}</ImmutabilityPolicyUntilDate>`;
  const current = more.current ? '<IsCurrentVersion>true</IsCurrentVersion>' : '';
  return `<Blob><Name>${name}</Name><VersionId>${more.version}</VersionId>${current}<Properties>
    <Last-Modified>${untilText}</Last-Modified><Etag>0x1</Etag>
    <Content-Length>${more.size}</Content-Length><Content-MD5>${more.md5}</Content-MD5>
    <BlobType>BlockBlob</BlobType>${until && policy}</Properties></Blob>`;
}

const [md5OfA, md5OfB] = ['AAAAAAAAAAAAAAAAAAAAAA==', 'BBBBBBBBBBBBBBBBBBBBBA=='] as const;
const [first, second] = ['2030-01-01T00:00:00.0000000Z', '2031-01-01T00:00:00.0000000Z'] as const;
const versionsXml = `<?xml version="1.0" encoding="utf-8"?>
  <EnumerationResults ContainerName="c"><Blobs>
  ${blobXml('packs/gone', { version: first, size: 3, md5: md5OfA })}
  ${blobXml('packs/other', { version: first, size: 7, md5: md5OfA })}
  ${blobXml('packs/other', { version: second, current: true, size: 9, md5: md5OfB })}
  ${blobXml('packs/right', { version: first, current: true, size: 1, md5: md5OfA })}
  </Blobs><NextMarker/></EnumerationResults>`;

/** What a store asked of a server that gives one answer, or one for each call. */
async function askedOf(
  answer: Answer | ((asked: Asked) => Answer),
  options: Partial<AzureStoreOptions>,
  work: (store: AzureStore) => Promise<unknown>,
): Promise<Asked[]> {
  const asked: Asked[] = [];
  const server: Server = createServer((request, reply) => {
    const { method = '', url = '', headers } = request;
    const call = { method, url: decodeURIComponent(url), headers };
    asked.push(call);
    const {
      status,
      headers: told,
      body = '',
    } = typeof answer === 'function' ? answer(call) : answer;
    request.resume();
    request.on('end', () => {
      reply.writeHead(status, { 'content-type': 'application/xml', ...told }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/account`;
  const credentials = async () => 'sig=a';
  try {
    await work(new AzureStore({ endpoint, container: 'c', prefix: '', credentials, ...options }));
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  return asked;
}
