import { createHash } from 'node:crypto';
import { Agent, type ClientRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exchange, type RawRequest, sendRaw, signRaw } from './raw-client.ts';
import { S3TestWorld } from './s3-world.ts';

const PATH = '/bucket-one';
let world: S3TestWorld;

beforeAll(async () => {
  world = await S3TestWorld.start();
});

afterAll(() => world.close());

const send = (raw: RawRequest) => sendRaw(world.server.ready, raw);
const put = (key: string, body: string, more: Partial<RawRequest> = {}) =>
  send({ method: 'PUT', path: `${PATH}/${key}`, body, ...more });
const get = (key: string, more: Partial<RawRequest> = {}) =>
  send({ method: 'GET', path: `${PATH}/${key}`, ...more });

describe('bodies', () => {
  it('refuses a body that is not what was signed, and keeps nothing of it', async () => {
    const payloadHash = createHash('sha256').update('other').digest('hex');
    expect(await put('mismatch', 'hello', { payloadHash })).toMatchObject({
      status: 400,
      code: 'XAmzContentSHA256Mismatch',
    });
    expect((await get('mismatch')).code).toBe('NoSuchKey');
  });

  it.each<[string, Record<string, string>, string]>([
    ['another MD5', { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' }, 'BadDigest'],
    ['an MD5 that is none', { 'content-md5': 'x' }, 'InvalidDigest'],
    ['another CRC32', { 'x-amz-checksum-crc32': 'AAAAAA==' }, 'BadDigest'],
    ['a CRC32 that is none', { 'x-amz-checksum-crc32': 'AAAA' }, 'InvalidRequest'],
    [
      'two checksums',
      { 'x-amz-checksum-crc32': 'NhCmhg==', 'x-amz-checksum-crc32c': 'mnG7TA==' },
      'InvalidRequest',
    ],
    ['an algorithm without value', { 'x-amz-sdk-checksum-algorithm': 'SHA256' }, 'InvalidRequest'],
  ])('refuses %s', async (_what, headers, code) => {
    expect(await put('checked', 'hello', { headers })).toMatchObject({ status: 400, code });
    expect((await get('checked')).code).toBe('NoSuchKey');
  });

  it('stores a trailing checksum of an unsigned stream and refuses a wrong one', async () => {
    const streamed = (checksum: string) =>
      put('trailed', `5\r\nhello\r\n0\r\nx-amz-checksum-crc32:${checksum}\r\n\r\n`, {
        payloadHash: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
        headers: {
          'content-encoding': 'aws-chunked',
          'x-amz-decoded-content-length': '5',
          'x-amz-trailer': 'x-amz-checksum-crc32',
        },
      });
    expect((await streamed('AAAAAA==')).code).toBe('BadDigest');
    expect((await streamed('NhCmhg==')).headers['x-amz-checksum-crc32']).toBe('NhCmhg==');
    const head = { 'x-amz-checksum-mode': 'ENABLED' };
    expect((await get('trailed', { headers: head })).headers['x-amz-checksum-crc32']).toBe(
      'NhCmhg==',
    );
  });

  it('asks for a body only once it would take it', async () => {
    const raw: RawRequest = {
      method: 'PUT',
      path: `${PATH}/expected`,
      payloadHash: 'UNSIGNED-PAYLOAD',
      headers: { 'content-length': '5', expect: '100-continue' },
    };
    let asked = 0;
    const waitThenSend = (request: ClientRequest): void => {
      request.on('continue', () => {
        asked += 1;
        request.end('hello');
      });
      request.flushHeaders();
    };
    expect((await exchange(signRaw(world.server.ready, raw), waitThenSend)).status).toBe(200);
    expect(asked).toBe(1);
    const refused = signRaw(world.server.ready, { ...raw, path: '/no-such-bucket/x' });
    expect((await exchange(refused, waitThenSend)).code).toBe('NoSuchBucket');
    expect(asked).toBe(1);
  });
});

describe('conditional writes', () => {
  it('tell the later of two that were under way together 409, with nothing changed', async () => {
    const hold: ((body: string) => void)[] = [];
    const begin = (): Promise<{ status: number; code: string }> => {
      const raw: RawRequest = {
        method: 'PUT',
        path: `${PATH}/raced`,
        payloadHash: 'UNSIGNED-PAYLOAD',
        headers: { 'content-length': '1', 'if-none-match': '*', expect: '100-continue' },
      };
      return exchange(signRaw(world.server.ready, raw), (request) => {
        request.on('continue', () => {
          hold.push((body) => request.end(body));
          // both are under way: the second to begin ends first
          if (hold.length === 2) hold[1]?.('2');
        });
        request.flushHeaders();
      });
    };
    const [first, second] = [begin(), begin()];
    const winner = await Promise.race([first, second]);
    expect(winner.status).toBe(200);
    hold[0]?.('1');
    const outcomes = await Promise.all([first, second]);
    expect(outcomes.map(({ code }) => code).toSorted()).toEqual(['', 'ConditionalRequestConflict']);
    expect((await get('raced')).body).toBe('2');
  });

  it('end an upload in parts that meets another write with 409', async () => {
    const path = `${PATH}/assembled`;
    const begun = await send({ method: 'POST', path, query: 'uploads' });
    const uploadId = /<UploadId>(.*)<\/UploadId>/.exec(begun.body)?.[1] ?? '';
    const query = `uploadId=${uploadId}`;
    const part = await send({ method: 'PUT', path, query: `partNumber=1&${query}`, body: 'x' });
    const list = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${part.headers.etag}</ETag></Part></CompleteMultipartUpload>`;
    const complete: RawRequest = {
      method: 'POST',
      path,
      query,
      payloadHash: 'UNSIGNED-PAYLOAD',
      headers: {
        'content-length': String(list.length),
        'if-none-match': '*',
        expect: '100-continue',
      },
    };
    const reply = await exchange(signRaw(world.server.ready, complete), (request) => {
      request.on('continue', () => {
        put('assembled', 'other').then(
          () => request.end(list),
          (error: Error) => request.destroy(error),
        );
      });
      request.flushHeaders();
    });
    expect(reply).toMatchObject({ status: 409, code: 'ConditionalRequestConflict' });
    expect((await get('assembled')).body).toBe('other');
    expect((await get('assembled', { query })).code).toBe('NoSuchUpload');
  });

  it('take only the star with If-None-Match', async () => {
    const headers = { 'if-none-match': '"etag"' };
    expect(await put('starred', 'x', { headers })).toMatchObject({
      status: 501,
      code: 'NotImplemented',
    });
  });
});

describe('addresses', () => {
  it('are host names or paths', async () => {
    await put('styled', 'hello');
    const host = `bucket-one.s3.localhost:${new URL(world.server.ready.url).port}`;
    expect((await send({ method: 'GET', path: '/styled', host })).body).toBe('hello');
    expect((await send({ method: 'GET', path: '/styled', host: `other.${host}` })).code).toBe(
      'NoSuchBucket',
    );
  });

  it('are presigned, for reading and for writing with headers in the query', async () => {
    const presigned = { expiresSeconds: 60 };
    const written = await put('presigned', 'hello', {
      ...presigned,
      query: 'x-amz-storage-class=STANDARD_IA&x-amz-meta-a=1',
    });
    expect(written.status).toBe(200);
    const read = await get('presigned', { ...presigned, query: 'response-content-type=a%2Fb' });
    expect(read.headers).toMatchObject({
      'content-type': 'a/b',
      'x-amz-storage-class': 'STANDARD_IA',
      'x-amz-meta-a': '1',
    });
    const forged = signRaw(world.server.ready, {
      method: 'GET',
      path: `${PATH}/presigned`,
      ...presigned,
    });
    const path = forged.path.replace('presigned?', 'styled?');
    expect((await exchange({ ...forged, path }, (request) => request.end())).code).toBe(
      'SignatureDoesNotMatch',
    );
  });

  it('have keys of at most 1,024 bytes and metadata of at most 2 KB', async () => {
    expect((await put('ä'.repeat(512).replaceAll('ä', '%C3%A4'), 'x')).status).toBe(200);
    expect((await put('ä'.repeat(513).replaceAll('ä', '%C3%A4'), 'x')).code).toBe(
      'KeyTooLongError',
    );
    const metadata = (sizeBytes: number) => ({
      headers: { 'x-amz-meta-a': 'x'.repeat(sizeBytes) },
    });
    expect((await put('meta', 'x', metadata(2047))).status).toBe(200);
    expect((await put('meta', 'x', metadata(2048))).code).toBe('MetadataTooLarge');
  });
});

describe('stricter addresses and headers', () => {
  it.each(['..', '../up', 'a/../../b', 'a//../..', './../x'])(
    'refuse the key %s, which leads out of the bucket',
    async (key) => expect(await put(key, 'x')).toMatchObject({ status: 400, code: 'InvalidURI' }),
  );

  it.each(['.', './x', 'a/..', 'a/../b', '..a', '/x', 'a//b'])('take the key %s', async (key) => {
    expect((await put(key, key)).status).toBe(200);
    expect((await get(key)).body).toBe(key);
  });

  it('do not take an empty bucket name for the list of buckets', async () => {
    for (const path of ['//', '//key']) {
      expect((await send({ method: 'GET', path })).code).toBe('InvalidBucketName');
    }
  });

  it('want the length of a body, also of an empty one', async () => {
    const signed = signRaw(world.server.ready, { method: 'PUT', path: `${PATH}/unsized` });
    const reply = await exchange(signed, (request) => {
      request.removeHeader('content-length');
      request.removeHeader('transfer-encoding');
      request.end();
    });
    expect(reply).toMatchObject({ status: 411, code: 'MissingContentLength' });
  });

  it('hold at most 8 KB of headers with a PUT', async () => {
    const headers = { 'x-other': 'x'.repeat(8192) };
    expect((await put('wide', 'x', { headers })).code).toBe('RequestHeaderSectionTooLarge');
    expect((await get('wide', { headers })).code).toBe('NoSuchKey');
  });

  it('refuse conditions on single deletions by name', async () => {
    const body = '<Delete><Object><Key>a</Key><ETag>"0"</ETag></Object></Delete>';
    const headers = { 'content-md5': createHash('md5').update(body).digest('base64') };
    const reply = await send({ method: 'POST', path: PATH, query: 'delete', body, headers });
    expect(reply).toMatchObject({ status: 501, code: 'NotImplemented' });
    expect(reply.body).toContain('<Element>ETag</Element>');
  });
});

describe('what is not known', () => {
  it.each<[string, Partial<RawRequest>, string]>([
    ['a sub-resource', { query: 'acl' }, '<Parameter>acl</Parameter>'],
    ['a parameter', { query: 'partNumber=1' }, '<Parameter>partNumber</Parameter>'],
    ['a header', { headers: { 'x-amz-request-payer': 'requester' } }, 'x-amz-request-payer'],
    ['an operation', { method: 'POST', query: 'select' }, 'POST object select'],
    ['several ranges', { headers: { range: 'bytes=0-1,3-4' } }, 'several ranges'],
  ])('is refused by name: %s', async (_what, raw, named) => {
    await put('known', 'hello');
    const reply = await get('known', raw);
    expect(reply).toMatchObject({ status: 501, code: 'NotImplemented' });
    expect(reply.body).toContain(named);
  });

  it('has a document with what, where and the request', async () => {
    const reply = await get('ab%sent'.replace('%', '%25'));
    expect(reply.headers['content-type']).toBe('application/xml');
    expect(reply.body).toContain('<Resource>/bucket-one/ab%25sent</Resource>');
    expect(reply.body).toContain(`<RequestId>${reply.headers['x-amz-request-id']}</RequestId>`);
  });

  it('leaves the connection good for the next request', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const sockets = new Set<unknown>();
    for (const body of ['x'.repeat(500_000), 'y']) {
      const path = `${PATH}/refused`;
      const headers = { 'if-match': '"0"', 'content-length': String(body.length) };
      const signed = signRaw(world.server.ready, { method: 'PUT', path, body, headers });
      const reply = await exchange({ ...signed, agent } as typeof signed, (request) => {
        request.on('socket', (socket) => sockets.add(socket));
        request.end(body);
      });
      expect(reply.code).toBe('NoSuchKey');
    }
    agent.destroy();
    expect(sockets.size).toBe(1);
  });
});
