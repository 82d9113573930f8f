import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusal, S3TestWorld } from './s3-world.ts';

const Bucket = 'bucket-one';
const KEYS = [
  ...['a b', 'a+b', 'a/1', 'a/2/x', 'a/2/y', 'b', 'c/', 'c/%', 'ä', '\ufb01', '\u{1f600}'],
  // nothing could be greater than what this folder holds
  ...['z/1', 'z/\u{10ffff}', 'z/\u{10ffff}x'],
];
let world: S3TestWorld;

beforeAll(async () => {
  world = await S3TestWorld.start();
  for (const Key of KEYS.toReversed()) {
    await world.client.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
  }
});

afterAll(() => world.close());

/** What a listing should show, computed the simple way. */
function expected({ Prefix = '', Delimiter = '' }: Partial<ListObjectsV2CommandInput>): string[] {
  const shown = KEYS.filter((key) => key.startsWith(Prefix)).map((key) => {
    const at = Delimiter === '' ? -1 : key.indexOf(Delimiter, Prefix.length);
    return at < 0 ? key : key.slice(0, at + Delimiter.length);
  });
  const bytes = (text: string) => Buffer.from(text, 'utf8');
  return [...new Set(shown)].toSorted((a, b) => Buffer.compare(bytes(a), bytes(b)));
}

async function listAll(input: Partial<ListObjectsV2CommandInput>): Promise<string[]> {
  const found: string[] = [];
  let token: { ContinuationToken?: string } = {};
  for (;;) {
    const page = await world.client.send(new ListObjectsV2Command({ Bucket, ...input, ...token }));
    const keys = (page.Contents ?? []).map(({ Key }) => Key!);
    const prefixes = (page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix!);
    expect(page.KeyCount).toBe(keys.length + prefixes.length);
    found.push(
      ...[...keys, ...prefixes].toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    );
    if (!page.IsTruncated) return found;
    token = { ContinuationToken: page.NextContinuationToken! };
  }
}

describe('listing', () => {
  it('shows all in the order of UTF-8, whatever the page, prefix and delimiter', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(1, 2, 3, 1000),
        fc.constantFrom('', 'a', 'a/', 'a/2', 'c/', 'x'),
        fc.constantFrom('', '/', '2/', ' '),
        async (MaxKeys, Prefix, Delimiter) => {
          const query = { Prefix, Delimiter };
          expect(await listAll({ ...query, MaxKeys })).toEqual(expected(query));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('starts after a key, and pages by marker in the first version', async () => {
    expect(await listAll({ StartAfter: 'a/2/x' })).toEqual(expected({}).slice(4));
    const page = await world.client.send(
      new ListObjectsCommand({ Bucket, Delimiter: '/', MaxKeys: 3 }),
    );
    expect(page.CommonPrefixes).toEqual([{ Prefix: 'a/' }]);
    expect(page.NextMarker).toBe('a/');
    const rest = await world.client.send(
      new ListObjectsCommand({ Bucket, Delimiter: '/', Marker: 'a/' }),
    );
    expect(rest.Contents?.map(({ Key }) => Key)).toEqual(['b', 'ä', '\ufb01', '\u{1f600}']);
    expect(rest.NextMarker).toBeUndefined();
  });

  it('encodes keys on demand', async () => {
    const page = await world.client.send(
      new ListObjectsV2Command({ Bucket, EncodingType: 'url', MaxKeys: 2 }),
    );
    expect(page.Contents?.map(({ Key }) => Key)).toEqual(['a+b', 'a%2Bb']);
  });

  it('refuses what it does not take', async () => {
    const list = (input: object) =>
      refusal(world.client.send(new ListObjectsV2Command({ Bucket, ...input })));
    expect(await list({ MaxKeys: -1 })).toEqual(['InvalidArgument', 400]);
    expect(await list({ ContinuationToken: 'made-up' })).toEqual(['InvalidArgument', 400]);
    expect(await list({ OptionalObjectAttributes: ['Owner'] })).toEqual(['InvalidArgument', 400]);
    expect(await list({ MaxKeys: 0 })).toEqual(['succeeded', 200]);
  });
});

describe('copies', () => {
  const copy = (Key: string, CopySource: string, more = {}) =>
    world.client.send(new CopyObjectCommand({ Bucket, Key, CopySource, ...more }));

  it('takes properties along, or replaces them', async () => {
    await world.client.send(
      new PutObjectCommand({
        Bucket,
        Key: 'from/ä',
        Body: 'x',
        Metadata: { a: '1' },
        StorageClass: 'STANDARD_IA',
      }),
    );
    await copy('to', `/${Bucket}/from/%C3%A4`);
    const taken = await world.client.send(new GetObjectCommand({ Bucket, Key: 'to' }));
    expect(taken.Metadata).toEqual({ a: '1' });
    expect(taken.StorageClass).toBeUndefined();
    const replacing = { MetadataDirective: 'REPLACE', Metadata: { b: '2' } } as const;
    await copy('to', `${Bucket}/to`, replacing);
    const replaced = await world.client.send(new GetObjectCommand({ Bucket, Key: 'to' }));
    expect(replaced.Metadata).toEqual({ b: '2' });
    expect(await replaced.Body?.transformToString()).toBe('x');
    for (const Key of ['from/ä', 'to']) {
      await world.client.send(new DeleteObjectCommand({ Bucket, Key }));
    }
  });

  it('refuses copies that change nothing, lack a source, or read an archive', async () => {
    expect(await refusal(copy('b', `${Bucket}/b`))).toEqual(['InvalidRequest', 400]);
    expect(await refusal(copy('x', `${Bucket}/none`))).toEqual(['NoSuchKey', 404]);
    expect(await refusal(copy('x', Bucket))).toEqual(['InvalidArgument', 400]);
    expect(await refusal(copy('x', `${Bucket}/b`, { CopySourceIfMatch: '"0"' }))).toEqual([
      'PreconditionFailed',
      412,
    ]);
    await copy('cold', `${Bucket}/b`, { StorageClass: 'DEEP_ARCHIVE' });
    const get = world.client.send(new GetObjectCommand({ Bucket, Key: 'cold' }));
    expect(await refusal(get)).toEqual(['InvalidObjectState', 403]);
    expect(await refusal(copy('x', `${Bucket}/cold`))).toEqual(['InvalidObjectState', 403]);
    await world.client.send(new DeleteObjectCommand({ Bucket, Key: 'cold' }));
  });
});

describe('buckets', () => {
  const create = (name: string, more = {}) =>
    refusal(world.client.send(new CreateBucketCommand({ Bucket: name, ...more })));

  it('are made once, with names that S3 takes, in the region of the server', async () => {
    expect(await create('second-bucket')).toEqual(['succeeded', 200]);
    expect(await create('second-bucket')).toEqual(['BucketAlreadyOwnedByYou', 409]);
    expect(await create('Upper')).toEqual(['InvalidBucketName', 400]);
    expect(await create('10.0.0.1')).toEqual(['InvalidBucketName', 400]);
    const elsewhere = {
      CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' },
    };
    expect(await create('third-bucket', elsewhere)).toEqual([
      'IllegalLocationConstraintException',
      400,
    ]);
    const { Buckets } = await world.client.send(new ListBucketsCommand({}));
    expect(Buckets?.map(({ Name }) => Name)).toEqual(['bucket-one', 'second-bucket']);
  });
});
