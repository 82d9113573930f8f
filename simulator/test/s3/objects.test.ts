import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusal, S3TestWorld } from './s3-world.ts';

const Bucket = 'bucket-one';
let world: S3TestWorld;

beforeAll(async () => {
  world = await S3TestWorld.start();
});

afterAll(() => world.close());

async function put(Key: string, Body: string | Buffer, more = {}): Promise<void> {
  await world.client.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
}

describe('objects', () => {
  it('keeps what was put, with its properties', async () => {
    await put('a/ä b+c%.txt', 'hello', {
      ContentType: 'text/plain',
      Metadata: { colour: 'blue' },
      StorageClass: 'STANDARD_IA',
      CacheControl: 'no-store',
    });
    const got = await world.client.send(new GetObjectCommand({ Bucket, Key: 'a/ä b+c%.txt' }));
    expect(await got.Body?.transformToString()).toBe('hello');
    expect(got.ContentType).toBe('text/plain');
    expect(got.Metadata).toEqual({ colour: 'blue' });
    expect(got.StorageClass).toBe('STANDARD_IA');
    expect(got.CacheControl).toBe('no-store');
    expect(got.ETag).toBe('"5d41402abc4b2a76b9719d911017c592"');
  });

  it('takes a streamed body with a trailing checksum and strips aws-chunked', async () => {
    const bytes = Buffer.alloc(300_000, 'x');
    const pieces = Array.from({ length: 5 }, (_, i) =>
      bytes.subarray(i * 60_000, (i + 1) * 60_000),
    );
    const Key = 'streamed';
    const reply = await world.client.send(
      new PutObjectCommand({
        Bucket,
        Key,
        Body: Readable.from(pieces),
        ContentLength: bytes.byteLength,
        ChecksumAlgorithm: 'CRC64NVME',
      }),
    );
    expect(reply.ChecksumCRC64NVME).toBeDefined();
    const got = await world.client.send(
      new GetObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }),
    );
    expect(await got.Body?.transformToByteArray()).toEqual(new Uint8Array(bytes));
    expect(got.ChecksumCRC64NVME).toBe(reply.ChecksumCRC64NVME);
    expect(got.ContentEncoding).toBeUndefined();
  });

  it.each([
    ['bytes=0-4', 'hello', 'bytes 0-4/11'],
    ['bytes=6-', 'world', 'bytes 6-10/11'],
    ['bytes=-3', 'rld', 'bytes 8-10/11'],
    ['bytes=6-999', 'world', 'bytes 6-10/11'],
    ['bytes=-999', 'hello world', 'bytes 0-10/11'],
  ])('serves the range %s', async (Range, text, contentRange) => {
    await put('ranged', 'hello world');
    const got = await world.client.send(new GetObjectCommand({ Bucket, Key: 'ranged', Range }));
    expect(got.$metadata.httpStatusCode).toBe(206);
    expect(got.ContentRange).toBe(contentRange);
    expect(await got.Body?.transformToString()).toBe(text);
  });

  it.each(['bytes=11-', 'bytes=-0'])('refuses the range %s of 11 bytes', async (Range) => {
    await put('ranged', 'hello world');
    const get = world.client.send(new GetObjectCommand({ Bucket, Key: 'ranged', Range }));
    expect(await refusal(get)).toEqual(['InvalidRange', 416]);
  });

  it('deletes what is there and what is not', async () => {
    await put('gone', 'x');
    for (let i = 0; i < 2; i += 1) {
      const reply = await world.client.send(new DeleteObjectCommand({ Bucket, Key: 'gone' }));
      expect(reply.$metadata.httpStatusCode).toBe(204);
    }
    const get = world.client.send(new GetObjectCommand({ Bucket, Key: 'gone' }));
    expect(await refusal(get)).toEqual(['NoSuchKey', 404]);
    const head = world.client.send(new HeadObjectCommand({ Bucket, Key: 'gone' }));
    expect(await refusal(head)).toEqual(['NotFound', 404]);
  });

  it('refuses to overwrite with If-None-Match, and what does not match with If-Match', async () => {
    await put('once', 'first', { IfNoneMatch: '*' });
    expect(await refusal(put('once', 'second', { IfNoneMatch: '*' }))).toEqual([
      'PreconditionFailed',
      412,
    ]);
    expect(await refusal(put('once', 'x', { IfMatch: '"0"' }))).toEqual([
      'PreconditionFailed',
      412,
    ]);
    expect(await refusal(put('absent', 'x', { IfMatch: '"0"' }))).toEqual(['NoSuchKey', 404]);
    await put('once', 'second', { IfMatch: '"8b04d5e3775d298e78455efc5ca404d5"' });
  });

  it('answers conditional reads', async () => {
    await put('conditional', 'hello');
    const etag = '"5d41402abc4b2a76b9719d911017c592"';
    const get = (conditions: object) =>
      refusal(
        world.client.send(new GetObjectCommand({ Bucket, Key: 'conditional', ...conditions })),
      );
    expect((await get({ IfNoneMatch: etag }))[1]).toBe(304);
    expect(await get({ IfMatch: '"other"' })).toEqual(['PreconditionFailed', 412]);
    expect((await get({ IfModifiedSince: new Date(Date.now() + 60_000) }))[1]).toBe(304);
    expect(await get({ IfUnmodifiedSince: new Date(0) })).toEqual(['PreconditionFailed', 412]);
    expect((await get({ IfMatch: etag, IfUnmodifiedSince: new Date(0) }))[1]).toBe(200);
  });
});
