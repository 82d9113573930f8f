import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetObjectLockConfigurationCommand,
  GetObjectRetentionCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  type ObjectLockRetention,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  PutObjectLegalHoldCommand,
  PutObjectLockConfigurationCommand,
  PutObjectRetentionCommand,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refusal, S3TestWorld } from './s3-world.ts';

const DAY_MS = 86_400_000;
let world: S3TestWorld;
let Bucket: string;

beforeEach(async () => {
  world = await S3TestWorld.start();
});

afterEach(() => world.close());

async function makeBucket(name: string, options = {}): Promise<void> {
  await world.client.send(new CreateBucketCommand({ Bucket: name, ...options }));
  Bucket = name;
}

async function put(
  Key: string,
  Body: string,
  more: Partial<PutObjectCommandInput> = {},
): Promise<string> {
  const input = { Bucket, Key, Body, ...more };
  return (await world.client.send(new PutObjectCommand(input))).VersionId ?? 'none';
}

async function read(Key: string, VersionId?: string): Promise<string | undefined> {
  const version = VersionId === undefined ? {} : { VersionId };
  const got = await world.client.send(new GetObjectCommand({ Bucket, Key, ...version }));
  return got.Body?.transformToString();
}

function remove(Key: string, VersionId?: string, more = {}) {
  const version = VersionId === undefined ? {} : { VersionId };
  return world.client.send(new DeleteObjectCommand({ Bucket, Key, ...version, ...more }));
}

describe('versions', () => {
  const setVersioning = (Status: 'Enabled' | 'Suspended') =>
    world.client.send(
      new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }),
    );

  beforeEach(async () => {
    await makeBucket('versioned');
  });

  it('keeps every version, hides behind delete markers and shows again without them', async () => {
    await put('key', 'zero');
    await setVersioning('Enabled');
    const one = await put('key', 'one');
    const two = await put('key', 'two');
    expect(await read('key')).toBe('two');
    expect(await read('key', one)).toBe('one');
    expect(await read('key', 'null')).toBe('zero');
    const deleted = await remove('key');
    expect(deleted.DeleteMarker).toBe(true);
    expect(await refusal(read('key'))).toEqual(['NoSuchKey', 404]);
    expect(await refusal(read('key', deleted.VersionId))).toEqual(['MethodNotAllowed', 405]);
    expect(await read('key', two)).toBe('two');
    await remove('key', deleted.VersionId);
    expect(await read('key')).toBe('two');
    await remove('key', two);
    expect(await read('key')).toBe('one');
    expect(await refusal(read('key', two))).toEqual(['NoSuchVersion', 404]);
  });

  it('replaces the null version while versioning is suspended', async () => {
    await setVersioning('Enabled');
    const one = await put('key', 'one');
    await setVersioning('Suspended');
    expect(await put('key', 'two')).toBe('null');
    expect(await put('key', 'three')).toBe('null');
    const { Versions } = await world.client.send(new ListObjectVersionsCommand({ Bucket }));
    expect(Versions?.map(({ VersionId }) => VersionId)).toEqual(['null', one]);
    const deleted = await remove('key');
    expect(deleted).toMatchObject({ DeleteMarker: true, VersionId: 'null' });
    expect(await refusal(read('key', 'null'))).toEqual(['MethodNotAllowed', 405]);
  });

  it('lists versions in pages without a gap or a repetition', async () => {
    await setVersioning('Enabled');
    const expected: string[] = [];
    for (const key of ['a', 'b/1', 'b/2', 'c']) {
      const versions = [await put(key, '1'), await put(key, '2'), await put(key, '3')];
      expected.push(...versions.toReversed().map((version) => `${key} ${version}`));
    }
    const marker = (await remove('c')).VersionId;
    expected.splice(9, 0, `c ${marker}`);
    for (const MaxKeys of [1, 2, 5, 1000]) {
      const listed: string[] = [];
      let markers = {};
      for (;;) {
        const page = await world.client.send(
          new ListObjectVersionsCommand({ Bucket, MaxKeys, ...markers }),
        );
        const found = [...(page.DeleteMarkers ?? []), ...(page.Versions ?? [])];
        listed.push(...found.map(({ Key, VersionId }) => `${Key} ${VersionId}`));
        if (!page.IsTruncated) break;
        markers = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
      }
      expect(listed.toSorted()).toEqual(expected.toSorted());
    }
    const folded = await world.client.send(
      new ListObjectVersionsCommand({ Bucket, Delimiter: '/' }),
    );
    expect(folded.CommonPrefixes).toEqual([{ Prefix: 'b/' }]);
  });

  it('lists nothing of the marker where the prefix or the delimiter leaves its key out', async () => {
    await setVersioning('Enabled');
    const versions = [await put('a/k', '1'), await put('a/k', '2')];
    await put('b/k', '1');
    const behind = { KeyMarker: 'a/k', VersionIdMarker: versions[1] };
    const list = (more: object) =>
      world.client.send(new ListObjectVersionsCommand({ Bucket, ...behind, ...more }));
    expect((await list({ Prefix: 'b/' })).Versions?.map(({ Key }) => Key)).toEqual(['b/k']);
    const folded = await list({ Delimiter: '/' });
    expect(folded.Versions).toBeUndefined();
    expect(folded.CommonPrefixes).toEqual([{ Prefix: 'b/' }]);
  });

  it('takes no second factor', async () => {
    const VersioningConfiguration = { Status: 'Enabled', MFADelete: 'Enabled' } as const;
    expect(
      await refusal(
        world.client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration })),
      ),
    ).toEqual(['NotImplemented', 501]);
  });

  it('refuses to delete a bucket that still has a version', async () => {
    await setVersioning('Enabled');
    const version = await put('key', 'x');
    const marker = (await remove('key')).VersionId;
    const removeBucket = () => world.client.send(new DeleteBucketCommand({ Bucket }));
    expect(await refusal(removeBucket())).toEqual(['BucketNotEmpty', 409]);
    await remove('key', version);
    await remove('key', marker);
    await removeBucket();
  });
});

describe('object lock', () => {
  const inDays = (days: number) => new Date(Date.now() + days * DAY_MS);
  const retain = (Key: string, Retention: ObjectLockRetention, more = {}) =>
    world.client.send(new PutObjectRetentionCommand({ Bucket, Key, Retention, ...more }));
  const locked = (ObjectLockMode: 'GOVERNANCE' | 'COMPLIANCE', days: number) => ({
    ObjectLockMode,
    ObjectLockRetainUntilDate: inDays(days),
  });
  const DENIED = ['AccessDenied', 403];

  beforeEach(async () => {
    await makeBucket('locked-bucket', { ObjectLockEnabledForBucket: true });
  });

  it('comes with versioning, which cannot be suspended', async () => {
    const { Status } = await world.client.send(new GetBucketVersioningCommand({ Bucket }));
    expect(Status).toBe('Enabled');
    const suspend = world.client.send(
      new PutBucketVersioningCommand({
        Bucket,
        VersioningConfiguration: { Status: 'Suspended' },
      }),
    );
    expect(await refusal(suspend)).toEqual(['InvalidBucketState', 409]);
  });

  it('keeps a version in compliance until its time, whoever asks', async () => {
    const version = await put('key', 'x', locked('COMPLIANCE', 2));
    const bypass = { BypassGovernanceRetention: true };
    expect(await refusal(remove('key', version, bypass))).toEqual(DENIED);
    const marker = (await remove('key')).VersionId;
    expect(await read('key', version)).toBe('x');
    await remove('key', marker);
    await world.admin('POST', 'clock', { advanceMs: 2 * DAY_MS });
    world.client.config.systemClockOffset = 2 * DAY_MS;
    await remove('key', version);
    expect(await refusal(read('key'))).toEqual(['NoSuchKey', 404]);
  });

  it('only prolongs compliance', async () => {
    await put('key', 'x', locked('COMPLIANCE', 2));
    const bypass = { BypassGovernanceRetention: true };
    const shorter: ObjectLockRetention = { Mode: 'COMPLIANCE', RetainUntilDate: inDays(1) };
    const weaker: ObjectLockRetention = { Mode: 'GOVERNANCE', RetainUntilDate: inDays(9) };
    expect(await refusal(retain('key', shorter, bypass))).toEqual(DENIED);
    expect(await refusal(retain('key', weaker, bypass))).toEqual(DENIED);
    expect(await refusal(retain('key', {}, bypass))).toEqual(DENIED);
    const longer = inDays(3);
    await retain('key', { Mode: 'COMPLIANCE', RetainUntilDate: longer });
    const { Retention } = await world.client.send(
      new GetObjectRetentionCommand({ Bucket, Key: 'key' }),
    );
    expect(Retention).toEqual({ Mode: 'COMPLIANCE', RetainUntilDate: longer });
  });

  it('lets governance be bypassed by those who may, and only with the header', async () => {
    const version = await put('key', 'x', locked('GOVERNANCE', 2));
    const shorter: ObjectLockRetention = { Mode: 'GOVERNANCE', RetainUntilDate: inDays(1) };
    const bypass = { BypassGovernanceRetention: true };
    expect(await refusal(retain('key', shorter))).toEqual(DENIED);
    await retain('key', shorter, bypass);
    expect(await refusal(remove('key', version))).toEqual(DENIED);
    await world.admin('POST', 'credentials', {
      accessKeyId: 'LIMITED',
      secretAccessKey: 'secret',
      deny: ['s3:BypassGovernanceRetention'],
    });
    const limited = world.connect({
      credentials: { accessKeyId: 'LIMITED', secretAccessKey: 'secret' },
    });
    const input = { Bucket, Key: 'key', VersionId: version, ...bypass };
    expect(await refusal(limited.send(new DeleteObjectCommand(input)))).toEqual(DENIED);
    await remove('key', version, bypass);
  });

  it('gives new versions the default of the bucket', async () => {
    const ObjectLockConfiguration = {
      ObjectLockEnabled: 'Enabled',
      Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 7 } },
    } as const;
    await world.client.send(
      new PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration }),
    );
    const known = await world.client.send(new GetObjectLockConfigurationCommand({ Bucket }));
    expect(known.ObjectLockConfiguration).toEqual(ObjectLockConfiguration);
    const version = await put('key', 'x');
    const head = await world.client.send(new HeadObjectCommand({ Bucket, Key: 'key' }));
    expect(head.ObjectLockMode).toBe('GOVERNANCE');
    const days =
      (head.ObjectLockRetainUntilDate!.getTime() - head.LastModified!.getTime()) / DAY_MS;
    expect(Math.round(days)).toBe(7);
    expect(await refusal(remove('key', version))).toEqual(DENIED);
  });

  it('holds a version until the hold is off', async () => {
    const version = await put('key', 'x', { ObjectLockLegalHoldStatus: 'ON' });
    const bypass = { BypassGovernanceRetention: true };
    expect(await refusal(remove('key', version, bypass))).toEqual(DENIED);
    const LegalHold = { Status: 'OFF' } as const;
    await world.client.send(new PutObjectLegalHoldCommand({ Bucket, Key: 'key', LegalHold }));
    await remove('key', version);
  });

  it('tells of locked versions one by one when many are deleted', async () => {
    const kept = await put('kept', 'x', locked('COMPLIANCE', 1));
    const gone = await put('gone', 'x');
    const Objects = [
      { Key: 'kept', VersionId: kept },
      { Key: 'gone', VersionId: gone },
      { Key: 'never', VersionId: 'null' },
    ];
    const reply = await world.client.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects } }),
    );
    expect(reply.Errors).toMatchObject([{ Key: 'kept', Code: 'AccessDenied' }]);
    expect(reply.Deleted?.map(({ Key }) => Key)).toEqual(['gone', 'never']);
  });

  it('refuses locks without their date, in the past, or on a bucket without lock', async () => {
    expect(await refusal(put('key', 'x', { ObjectLockMode: 'COMPLIANCE' }))).toEqual([
      'InvalidArgument',
      400,
    ]);
    expect(await refusal(put('key', 'x', locked('COMPLIANCE', -1)))).toEqual([
      'InvalidArgument',
      400,
    ]);
    Bucket = 'bucket-one';
    expect(await refusal(put('key', 'x', locked('COMPLIANCE', 1)))).toEqual([
      'InvalidRequest',
      400,
    ]);
  });
});
