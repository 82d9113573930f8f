import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { freePort } from '../../services/free-port.ts';
import { BlockPool } from '../block-pool.ts';
import { S3Store, type S3StoreOptions } from './s3-store.ts';

const secretAccessKey = 'a-very-secret-access-key';

function makeStore(options: Partial<S3StoreOptions>): S3Store {
  const credentials = async () => ({ accessKeyId: 'key-1', secretAccessKey });
  return new S3Store({ bucket: 'bucket', prefix: '', credentials, ...options });
}

/** An answer as S3 gives it. */
function failing(status: number, code: string, more: Record<string, string> = {}): RequestListener {
  return (request, reply) => {
    request.resume();
    request.on('end', () => {
      reply.writeHead(status, { 'content-type': 'application/xml', ...more });
      reply.end(`<Error><Code>${code}</Code><Message>said so</Message></Error>`);
    });
  };
}

const put = (endpoint: string) =>
  makeStore({ endpoint }).put('log/1', Buffer.from('a'), { ifAbsent: true });

describe('S3Store, when replies are lost or bad', () => {
  it('says that a storage is not there', async () => {
    const endpoint = `http://127.0.0.1:${await freePort()}`;
    await expect(put(endpoint)).rejects.toMatchObject({ code: 'E_STORAGE_UNAVAILABLE' });
  });

  it('calls a write unclear whose reply is lost, and sends it once', async () => {
    const seen: string[] = [];
    const dropping: RequestListener = (request) => {
      seen.push(request.method ?? '');
      request.socket.destroy();
    };
    await withServer(dropping, async (endpoint) => {
      await expect(put(endpoint)).rejects.toMatchObject({ code: 'E_STORAGE_UNCLEAR' });
      expect(seen).toEqual(['PUT']);
      const get = makeStore({ endpoint }).get('log/1');
      await expect(get).rejects.toMatchObject({ code: 'E_STORAGE_UNAVAILABLE' });
    });
  });

  it('calls a write unclear that gets no reply in time', async () => {
    await withServer(
      () => {},
      async (endpoint) => {
        const store = makeStore({ endpoint, replyMsMax: 100 });
        const write = store.put('log/1', Buffer.from('a'), { ifAbsent: true });
        await expect(write).rejects.toMatchObject({ code: 'E_STORAGE_UNCLEAR' });
        await expect(store.head('log/1')).rejects.toMatchObject({ code: 'E_STORAGE_UNAVAILABLE' });
      },
    );
  });

  it.each([
    [412, 'PreconditionFailed', 'E_BLOB_EXISTS'],
    [409, 'ConditionalRequestConflict', 'E_STORAGE_UNCLEAR'],
    [500, 'InternalError', 'E_STORAGE_UNCLEAR'],
    [501, 'NotImplemented', 'E_STORAGE_NOT_CONDITIONAL'],
    [503, 'SlowDown', 'E_STORAGE_UNAVAILABLE'],
    [400, 'BadDigest', 'E_STORAGE_UNAVAILABLE'],
    [403, 'AccessDenied', 'E_STORAGE_DENIED'],
    [403, 'SignatureDoesNotMatch', 'E_STORAGE_DENIED'],
    [400, 'ExpiredToken', 'E_STORAGE_DENIED'],
    [403, 'RequestTimeTooSkewed', 'E_STORAGE_CLOCK_SKEWED'],
    [404, 'NoSuchBucket', 'E_STORAGE_CONTAINER_NOT_FOUND'],
    [400, 'InvalidStorageClass', 'E_STORAGE_REFUSED'],
  ])('calls status %i %s of a put-if-absent %s', async (status, name, code) => {
    await withServer(failing(status, name), async (endpoint) => {
      await expect(put(endpoint)).rejects.toMatchObject({ code });
    });
  });

  it.each([
    [403, 'InvalidObjectState', 'E_BLOB_ARCHIVED'],
    [404, 'NoSuchKey', 'E_BLOB_NOT_FOUND'],
    [416, 'InvalidRange', 'E_BLOB_NOT_FOUND'],
    [500, 'InternalError', 'E_STORAGE_UNAVAILABLE'],
  ])('calls status %i %s of a get %s', async (status, name, code) => {
    await withServer(failing(status, name), async (endpoint) => {
      const get = makeStore({ endpoint }).get('log/1', { offset: 0, length: 1 });
      await expect(get).rejects.toMatchObject({ code });
    });
  });

  it('hears a busy service say when to come back', async () => {
    await withServer(failing(503, 'SlowDown', { 'retry-after': '7' }), async (endpoint) => {
      await expect(put(endpoint)).rejects.toMatchObject({ retryAfterMs: 7_000 });
    });
  });

  it('never tells the secret', async () => {
    const answers = [
      failing(403, 'AccessDenied'),
      failing(500, 'InternalError'),
      ((request) => request.socket.destroy()) satisfies RequestListener,
    ];
    for (const answer of answers) {
      await withServer(answer, async (endpoint) => {
        const error = await put(endpoint).catch((caught: unknown) => caught);
        const shown = inspect(error, { depth: 10, showHidden: true });
        expect(shown).not.toContain(secretAccessKey);
        expect(shown).not.toContain('Signature=');
      });
    }
  });
});

describe('S3Store', () => {
  it('signs by the time of the storage once that refused its own', async () => {
    const storageNow = new Date(Date.UTC(2031, 0, 2, 3, 4, 5));
    const signedAt: string[] = [];
    const skewed: RequestListener = (request, reply) => {
      signedAt.push(String(request.headers['x-amz-date']));
      const date = { date: storageNow.toUTCString() };
      const answer = failing(403, 'RequestTimeTooSkewed', date);
      if (signedAt.length === 1) return answer(request, reply);
      request.resume();
      reply.writeHead(200, { ...date, etag: '"a"' }).end();
    };
    await withServer(skewed, put);
    expect(signedAt[1]).toMatch(/^20310102T0304/);
  });

  it('tells the time of the storage, whatever the clock of the machine says', async () => {
    const date = 'Thu, 02 Jan 2031 03:04:05 GMT';
    await withServer(
      (_request, reply) => reply.writeHead(200, { date }).end(),
      async (endpoint) => {
        const nowMs = await makeStore({ endpoint }).locks.now();
        expect(nowMs).toBeGreaterThanOrEqual(Date.parse(date));
        expect(nowMs).toBeLessThan(Date.parse(date) + 60_000);
      },
    );
  });

  it('asks for the credentials of now', async () => {
    const ids = ['first', 'second'];
    const seen: string[] = [];
    const answer: RequestListener = (request, reply) => {
      seen.push(/Credential=(\w+)\//.exec(request.headers.authorization ?? '')?.[1] ?? '');
      reply.writeHead(404).end();
    };
    await withServer(answer, async (endpoint) => {
      const credentials = async () => ({ accessKeyId: ids.shift() ?? '', secretAccessKey });
      const store = makeStore({ endpoint, credentials });
      await store.head('a');
      await store.head('a');
    });
    expect(seen).toEqual(['first', 'second']);
  });

  it('sends the token of temporary credentials', async () => {
    const seen: unknown[] = [];
    const answer: RequestListener = (request, reply) => {
      seen.push(request.headers['x-amz-security-token']);
      reply.writeHead(404).end();
    };
    await withServer(answer, async (endpoint) => {
      const keys = { accessKeyId: 'a', secretAccessKey, sessionToken: 'a-token' };
      await makeStore({ endpoint, credentials: async () => keys }).head('a');
    });
    expect(seen).toEqual(['a-token']);
  });

  it('settles an upload whose end was lost by what lies there', async () => {
    const fake = uploadThatLosesItsEnd();
    await withServer(fake.listener, async (endpoint) => {
      const store = makeStore({ endpoint, blocks: new BlockPool(1_024) });
      async function* body() {
        yield Buffer.alloc(3_000);
      }
      await store.putStream('packs/p', body(), { ifAbsent: true });
    });
    expect(fake.ends()).toBe(2);
    expect(fake.aborts()).toBe(0);
  });
});

/** The first CompleteMultipartUpload is applied, but its connection breaks. */
function uploadThatLosesItsEnd() {
  let mark = '';
  const count = { ends: 0, aborts: 0 };
  const xml = (body: string) => `<?xml version="1.0"?>${body}`;
  const listener: RequestListener = (request, reply) => {
    const { method, url = '', headers } = request;
    request.resume();
    request.on('end', () => {
      if (method === 'HEAD') return reply.writeHead(200, { 'x-amz-meta-firn-upload': mark }).end();
      if (method === 'PUT') return reply.writeHead(200, { etag: '"part"' }).end();
      if (method === 'DELETE') {
        count.aborts += 1;
        return reply.writeHead(204).end();
      }
      if (url.includes('uploads')) {
        mark = String(headers['x-amz-meta-firn-upload']);
        const result =
          '<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>';
        return reply.writeHead(200).end(xml(result));
      }
      count.ends += 1;
      if (count.ends === 1) return request.socket.destroy();
      return reply.writeHead(412).end(xml('<Error><Code>PreconditionFailed</Code></Error>'));
    });
  };
  return { listener, ends: () => count.ends, aborts: () => count.aborts };
}

async function withServer(
  listener: RequestListener,
  work: (endpoint: string) => Promise<unknown>,
): Promise<void> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
