import {
  CopyObjectCommand,
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { refusal, S3TestWorld } from './s3-world.ts';

const Bucket = 'bucket-one';
let world: S3TestWorld;

beforeAll(async () => {
  world = await S3TestWorld.start(['--opaque-etags']);
  await put('known', 'hello');
});

afterAll(() => world.close());

beforeEach(async () => {
  await world.admin('DELETE', 'faults');
  await world.admin('POST', 'throttle', {});
});

async function put(Key: string, Body: string | Buffer, more = {}): Promise<unknown> {
  return world.client.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
}

async function read(Key: string): Promise<string | undefined> {
  return (await world.client.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();
}

const fault = (route: string, action: object, more = {}) =>
  world.admin('POST', 'faults', { route, action, ...more });

describe('faults', () => {
  it('answers a status and a code instead of the operation', async () => {
    await fault('PutObject', { status: 500, code: 'InternalError' }, { count: 1 });
    expect(await refusal(put('a', 'x'))).toEqual(['InternalError', 500]);
    expect(await refusal(read('a'))).toEqual(['NoSuchKey', 404]);
    await put('a', 'x');
  });

  it('loses the answer of a request that took effect', async () => {
    await fault('/bucket-one/lost*', { applyFirst: true, drop: true }, { method: 'PUT' });
    await expect(put('lost', 'x')).rejects.toThrow();
    expect(await read('lost')).toBe('x');
  });

  it('answers 200 with an error inside, as copies can', async () => {
    await fault('CopyObject', { status: 200, code: 'InternalError', applyFirst: true });
    const CopySource = `${Bucket}/known`;
    const copy = world.client.send(new CopyObjectCommand({ Bucket, Key: 'copied', CopySource }));
    expect((await refusal(copy))[0]).toBe('InternalError');
    expect(await read('copied')).toBe('hello');
  });

  it('cuts and slows answers', async () => {
    await put('long', Buffer.alloc(100_000, 'x'));
    await fault('GetObject', { truncateAt: 0.5 }, { count: 1 });
    await expect(read('long')).rejects.toThrow();
    await fault('GetObject', { slowBodyMs: 1 });
    expect(await read('long')).toHaveLength(100_000);
  });
});

describe('throttling', () => {
  it('refuses with SlowDown what is above the rate, and nothing without one', async () => {
    await world.admin('POST', 'throttle', { writesPerSecond: 0 });
    expect(await refusal(put('one/a', 'x'))).toEqual(['SlowDown', 503]);
    expect(await read('known')).toBe('hello');
    await world.admin('POST', 'throttle', {});
    await put('one/a', 'x');
  });
});

describe('permissions', () => {
  it('refuses a credential what it is denied, and hides what is not there', async () => {
    const credentials = { accessKeyId: 'LIMITED', secretAccessKey: 'secret' };
    const deny = ['s3:PutObject', 's3:ListBucket'];
    await world.admin('POST', 'credentials', { ...credentials, deny });
    const limited = world.connect({ credentials });
    const get = (Key: string) => limited.send(new GetObjectCommand({ Bucket, Key }));
    const write = limited.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }));
    expect(await refusal(write)).toEqual(['AccessDenied', 403]);
    expect(await refusal(get('known'))).toEqual(['succeeded', 200]);
    expect(await refusal(get('absent'))).toEqual(['AccessDenied', 403]);
    await world.admin('DELETE', 'credentials?accessKeyId=LIMITED');
    expect(await refusal(get('known'))).toEqual(['InvalidAccessKeyId', 403]);
  });
});

describe('permissions to lock', () => {
  it('are asked for beside that to write', async () => {
    const locked = { Bucket: 'bucket-locked', ObjectLockEnabledForBucket: true };
    await world.client.send(new CreateBucketCommand(locked));
    const credentials = { accessKeyId: 'WRITER', secretAccessKey: 'secret' };
    const deny = ['s3:PutObjectRetention', 's3:PutObjectLegalHold'];
    await world.admin('POST', 'credentials', { ...credentials, deny });
    const writer = world.connect({ credentials });
    const write = (lock: Partial<PutObjectCommandInput>) =>
      refusal(
        writer.send(new PutObjectCommand({ Bucket: locked.Bucket, Key: 'a', Body: 'x', ...lock })),
      );
    const until = new Date(Date.now() + 86_400_000);
    const retained = { ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate: until } as const;
    expect(await write({})).toEqual(['succeeded', 200]);
    expect(await write(retained)).toEqual(['AccessDenied', 403]);
    expect(await write({ ObjectLockLegalHoldStatus: 'ON' })).toEqual(['AccessDenied', 403]);
  });
});

describe('the meter', () => {
  it('counts requests by class, bytes and dollars, and not what the server failed', async () => {
    await fault('PutObject', { status: 503 }, { count: 1 });
    await world.admin('POST', 'meter/reset');
    await refusal(put('m', 'x'));
    await put('m', Buffer.alloc(1000));
    await put('cold', Buffer.alloc(1000), { StorageClass: 'DEEP_ARCHIVE' });
    await read('m');
    await world.client.send(new ListObjectsV2Command({ Bucket, Prefix: 'none' }));
    const report = (await world.admin('GET', 'meter')) as Record<string, unknown>;
    expect(report).toMatchObject({
      requests: { put: 3, get: 1, free: 0 },
      operations: { PutObject: 3, GetObject: 1, ListObjectsV2: 1 },
      statuses: { 200: 4, 503: 1 },
      bytesIn: 2000,
    });
    const { requests } = report['dollars'] as { requests: number };
    expect(requests).toBeCloseTo((2 * 0.005 + 0.05 + 0.0004) / 1000, 12);
  });

  it('tells what lies in each bucket', async () => {
    const [bucket] = (await world.admin('GET', 'buckets')) as Record<string, unknown>[];
    expect(bucket).toMatchObject({ name: 'bucket-one', versioning: 'off', uploads: 0 });
  });
});
