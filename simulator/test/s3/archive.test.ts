import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  RestoreObjectCommand,
  type StorageClass,
  type Tier,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refusal, S3TestWorld } from './s3-world.ts';

const Bucket = 'bucket-one';
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

let world: S3TestWorld;

beforeEach(async () => {
  // a client that follows a clock that is moved, as Amazon's does by itself
  world = await S3TestWorld.start();
});
afterEach(() => world.close());

function client() {
  return world.connect({ maxAttempts: 3 });
}

function put(Key: string, StorageClass: StorageClass, bytes = 1000) {
  return client().send(
    new PutObjectCommand({ Bucket, Key, StorageClass, Body: Buffer.alloc(bytes, 'x') }),
  );
}

async function restore(Key: string, Tier: Tier | undefined, Days = 1) {
  const GlacierJobParameters = Tier && { Tier };
  const answer = await client().send(
    new RestoreObjectCommand({ Bucket, Key, RestoreRequest: { Days, GlacierJobParameters } }),
  );
  return answer.$metadata.httpStatusCode;
}

function read(Key: string, Range?: string) {
  return client().send(new GetObjectCommand({ Bucket, Key, Range }));
}

async function head(Key: string) {
  const { Restore, StorageClass } = await client().send(new HeadObjectCommand({ Bucket, Key }));
  return { Restore, StorageClass };
}

async function advance(ms: number): Promise<number> {
  const { now } = (await world.admin('POST', 'clock', { advanceMs: ms })) as { now: string };
  return Date.parse(now);
}

async function storage() {
  const report = await world.admin('GET', 'meter');
  return report as {
    bytesRestored: number;
    dollars: { requests: number; retrieval: number };
    storage: {
      gbMonths: Record<string, number>;
      dollars: number;
      earlyDeletionDollars: number;
    };
  };
}

describe('an archived object', () => {
  it('is told, but neither read nor copied, until it is restored', async () => {
    await put('a', 'DEEP_ARCHIVE');
    expect(await head('a')).toEqual({ StorageClass: 'DEEP_ARCHIVE', Restore: undefined });
    expect(await refusal(read('a'))).toEqual(['InvalidObjectState', 403]);
    const copy = new CopyObjectCommand({ Bucket, Key: 'b', CopySource: `${Bucket}/a` });
    expect(await refusal(client().send(copy))).toEqual(['InvalidObjectState', 403]);
    expect(await restore('a', 'Standard')).toBe(202);
    expect(await head('a')).toMatchObject({ Restore: 'ongoing-request="true"' });
    expect(await refusal(read('a'))).toEqual(['InvalidObjectState', 403]);
    await advance(12 * hourMs);
    expect(await (await read('a', 'bytes=0-9')).Body?.transformToString()).toBe('xxxxxxxxxx');
    expect((await head('a')).StorageClass).toBe('DEEP_ARCHIVE');
    await client().send(copy);
  });

  it('is cold again from a midnight on', async () => {
    await put('a', 'GLACIER');
    await restore('a', 'Expedited', 2);
    const now = await advance(5 * 60_000);
    const text = (await head('a')).Restore ?? '';
    const expiresMs = Date.parse(/expiry-date="(.*)"/.exec(text)?.[1] ?? '');
    expect(text).toMatch(/^ongoing-request="false", expiry-date="/);
    expect(expiresMs % dayMs).toBe(0);
    expect(expiresMs - now).toBeGreaterThan(2 * dayMs - 5 * 60_000);
    expect(expiresMs - now).toBeLessThanOrEqual(3 * dayMs);
    await advance(expiresMs - now);
    expect((await head('a')).Restore).toBeUndefined();
    expect(await refusal(read('a'))).toEqual(['InvalidObjectState', 403]);
    expect(await restore('a', 'Bulk')).toBe(202);
  });

  it.each<[StorageClass, Tier, number, number]>([
    ['GLACIER', 'Expedited', 1 / 60, 5 / 60],
    ['GLACIER', 'Standard', 3, 5],
    ['GLACIER', 'Bulk', 5, 12],
    ['DEEP_ARCHIVE', 'Standard', 6, 12],
    ['DEEP_ARCHIVE', 'Bulk', 24, 48],
  ])('of %s takes its time: %s', async (storageClass, tier, least, most) => {
    await put('a', storageClass);
    await restore('a', tier);
    await advance(least * hourMs - 30_000);
    expect((await head('a')).Restore).toBe('ongoing-request="true"');
    await advance((most - least) * hourMs + 60_000);
    expect((await head('a')).Restore).toContain('ongoing-request="false"');
  });

  it('can be hastened for as many days, and neither slowed nor kept for longer meanwhile', async () => {
    await put('a', 'GLACIER');
    await restore('a', 'Bulk', 3);
    expect(await refusal(restore('a', 'Bulk', 3))).toEqual(['RestoreAlreadyInProgress', 409]);
    expect(await refusal(restore('a', 'Standard', 4))).toEqual(['RestoreAlreadyInProgress', 409]);
    expect(await restore('a', 'Expedited', 3)).toBe(202);
    expect(await refusal(restore('a', 'Standard', 3))).toEqual(['RestoreAlreadyInProgress', 409]);
    await advance(5 * 60_000);
    expect((await read('a')).$metadata.httpStatusCode).toBe(200);
  });

  it('is prolonged from now on, for the price of a request', async () => {
    await put('a', 'GLACIER');
    await restore('a', 'Expedited', 1);
    await advance(5 * 60_000);
    const before = await storage();
    expect(await restore('a', 'Standard', 10)).toBe(200);
    await advance(9 * dayMs);
    expect((await read('a')).$metadata.httpStatusCode).toBe(200);
    const after = await storage();
    expect(after.bytesRestored).toBe(before.bytesRestored);
    expect(after.dollars.requests - before.dollars.requests).toBeGreaterThan(0.05 / 1000);
  });

  it('is never expedited out of DEEP_ARCHIVE, nor restored out of a class that can be read', async () => {
    await put('deep', 'DEEP_ARCHIVE');
    await put('instant', 'GLACIER_IR');
    expect(await refusal(restore('deep', 'Expedited'))).toEqual(['InvalidArgument', 400]);
    expect(await refusal(restore('instant', 'Standard'))).toEqual(['InvalidObjectState', 403]);
    expect((await read('instant')).$metadata.httpStatusCode).toBe(200);
  });

  it('is restored by standard when no tier is named', async () => {
    await put('a', 'GLACIER');
    await restore('a', undefined);
    await advance(5 * hourMs);
    expect((await read('a')).$metadata.httpStatusCode).toBe(200);
  });

  it('needs days, and a permission', async () => {
    await put('a', 'GLACIER');
    expect(await refusal(restore('a', 'Bulk', 0))).toEqual(['MalformedXML', 400]);
    const without = { Bucket, Key: 'a', RestoreRequest: {} };
    const send = client().send(new RestoreObjectCommand(without));
    expect(await refusal(send)).toEqual(['MalformedXML', 400]);
    const credentials = { accessKeyId: 'AKIAREADER', secretAccessKey: 'r' };
    await world.admin('POST', 'credentials', { ...credentials, deny: ['s3:RestoreObject'] });
    const denied = { Bucket, Key: 'a', RestoreRequest: { Days: 1 } };
    const reader = world.connect({ credentials });
    expect(await refusal(reader.send(new RestoreObjectCommand(denied)))).toEqual([
      'AccessDenied',
      403,
    ]);
  });

  it('is restored by its version', async () => {
    const VersioningConfiguration = { Status: 'Enabled' } as const;
    await client().send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    const { VersionId } = await put('a', 'GLACIER');
    await put('a', 'GLACIER');
    const RestoreRequest = { Days: 1, GlacierJobParameters: { Tier: 'Expedited' } } as const;
    const one = { Bucket, Key: 'a', VersionId, RestoreRequest };
    await client().send(new RestoreObjectCommand(one));
    await advance(5 * 60_000);
    expect(await refusal(read('a'))).toEqual(['InvalidObjectState', 403]);
    await client().send(new GetObjectCommand({ Bucket, Key: 'a', VersionId }));
    const { Versions } = await client().send(
      new ListObjectVersionsCommand({ Bucket, OptionalObjectAttributes: ['RestoreStatus'] }),
    );
    expect(Versions?.map(({ RestoreStatus }) => RestoreStatus?.IsRestoreInProgress)).toEqual([
      undefined,
      false,
    ]);
  });

  it('tells its state in listings that ask for it', async () => {
    for (const key of ['cold', 'ongoing', 'restored']) await put(key, 'GLACIER');
    await restore('restored', 'Expedited');
    await advance(5 * 60_000);
    await restore('ongoing', 'Bulk');
    const list = async (OptionalObjectAttributes?: 'RestoreStatus'[]) => {
      const query = { Bucket, OptionalObjectAttributes };
      const { Contents } = await client().send(new ListObjectsV2Command(query));
      return Contents?.map(({ RestoreStatus }) => RestoreStatus);
    };
    expect(await list()).toEqual([undefined, undefined, undefined]);
    expect(await list(['RestoreStatus'])).toEqual([
      undefined,
      { IsRestoreInProgress: true },
      { IsRestoreInProgress: false, RestoreExpiryDate: expect.any(Date) },
    ]);
  });

  it('waits when too many are asked for', async () => {
    await put('a', 'GLACIER');
    await world.admin('POST', 'restores', { perSecond: 1 });
    await restore('a', 'Expedited').catch(() => {});
    const impatient = world.connect();
    const RestoreRequest = { Days: 1 };
    const send = () =>
      refusal(impatient.send(new RestoreObjectCommand({ Bucket, Key: 'a', RestoreRequest })));
    const outcomes = await Promise.all([send(), send(), send()]);
    expect(outcomes).toContainEqual(['ThrottlingException', 503]);
  });
});

describe('the bill', () => {
  const GB = 2 ** 30;
  const monthMs = 730 * hourMs;

  it('counts what lies there, with what an archive adds to each object', async () => {
    await put('hot', 'STANDARD', 1_000_000);
    await put('cold', 'DEEP_ARCHIVE', 1_000_000);
    await advance(monthMs);
    const { gbMonths, dollars } = (await storage()).storage;
    expect(gbMonths['STANDARD']).toBeCloseTo((1_000_000 + 8192) / GB, 7);
    expect(gbMonths['DEEP_ARCHIVE']).toBeCloseTo((1_000_000 + 32_768) / GB, 7);
    expect(dollars).toBeCloseTo((1_008_192 * 0.023 + 1_032_768 * 0.00099) / GB, 8);
  });

  it('takes the rest of the minimum duration for what goes before', async () => {
    for (const key of ['a', 'b']) await put(key, 'DEEP_ARCHIVE', 1_000_000);
    await advance(90 * dayMs);
    await client().send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    await advance(90 * dayMs);
    await client().send(new DeleteObjectCommand({ Bucket, Key: 'b' }));
    const { earlyDeletionDollars, gbMonths } = (await storage()).storage;
    const months = (days: number) => (days * dayMs) / monthMs;
    expect(earlyDeletionDollars).toBeCloseTo((1_032_768 * 0.00099 * months(90)) / GB, 8);
    expect(gbMonths['DEEP_ARCHIVE']).toBeCloseTo((1_032_768 * months(270)) / GB, 6);
  });

  it('counts retrieval once, and the copy at the price of STANDARD while it is there', async () => {
    await put('a', 'GLACIER', 1_000_000);
    await world.admin('POST', 'meter/reset');
    await restore('a', 'Standard', 1);
    const { dollars, bytesRestored } = await storage();
    expect(bytesRestored).toBe(1_000_000);
    expect(dollars.retrieval).toBeCloseTo((1_000_000 * 0.01) / GB, 12);
    expect(dollars.requests).toBeCloseTo(0.05 / 1000, 12);
    await advance(30 * dayMs);
    const { gbMonths } = (await storage()).storage;
    const copied = (gbMonths['STANDARD'] ?? 0) - (8192 / GB) * ((30 * dayMs) / monthMs);
    expect(copied * monthMs * GB).toBeGreaterThanOrEqual(1_000_000 * dayMs * 0.99);
    expect(copied * monthMs * GB).toBeLessThanOrEqual(1_000_000 * 2 * dayMs * 1.01);
  });

  it.each<object>([{ put: '7' }, { toString: 7 }, { restore: null }])(
    'refuses %j',
    async (prices) => {
      const { url, adminToken } = world.server.ready;
      const reply = await fetch(`${url}/_admin/meter/prices`, {
        method: 'POST',
        headers: { authorization: `Bearer ${adminToken}` },
        body: JSON.stringify({ classes: { STANDARD: prices } }),
      });
      expect(reply.status).toBe(400);
    },
  );

  it('takes other prices', async () => {
    await world.admin('POST', 'meter/prices', { classes: { STANDARD: { put: 7 } } });
    await world.admin('POST', 'meter/reset');
    await put('a', 'STANDARD');
    expect((await storage()).dollars.requests).toBeCloseTo(7 / 1000, 12);
  });
});
