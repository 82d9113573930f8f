import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusal, S3TestWorld } from './s3-world.ts';

const Bucket = 'bucket-one';
const MIB = 1024 * 1024;
let world: S3TestWorld;

beforeAll(async () => {
  world = await S3TestWorld.start();
});

afterAll(() => world.close());

type CreateOptions = Partial<CreateMultipartUploadCommandInput>;

const SUMMED: CreateOptions = { ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' };

async function begin(Key: string, options = SUMMED): Promise<string> {
  const reply = await world.client.send(
    new CreateMultipartUploadCommand({ Bucket, Key, ...options }),
  );
  return reply.UploadId!;
}

interface Sending {
  readonly Key: string;
  readonly UploadId: string;
}

async function send(upload: Sending, PartNumber: number, Body: Buffer): Promise<CompletedPart> {
  const { $metadata: _metadata, ...part } = await world.client.send(
    new UploadPartCommand({ Bucket, ...upload, PartNumber, Body }),
  );
  return { PartNumber, ...part };
}

function complete(upload: Sending, Parts: CompletedPart[], more = {}) {
  return world.client.send(
    new CompleteMultipartUploadCommand({ Bucket, ...upload, MultipartUpload: { Parts }, ...more }),
  );
}

async function sha256(Key: string): Promise<string> {
  const got = await world.client.send(new GetObjectCommand({ Bucket, Key }));
  return createHash('sha256')
    .update(await got.Body!.transformToByteArray())
    .digest('hex');
}

const big = Buffer.alloc(5 * MIB, 'a');
const small = Buffer.alloc(1000, 'b');

describe('uploads in parts', () => {
  it('joins parts in their order, whatever order they came in', async () => {
    const upload = { Key: 'joined', UploadId: await begin('joined') };
    const last = await send(upload, 7, small);
    const first = await send(upload, 2, big);
    const reply = await complete(upload, [first, last]);
    const md5 = (bytes: Buffer) => createHash('md5').update(bytes).digest();
    const joined = md5(Buffer.concat([md5(big), md5(small)])).toString('hex');
    expect(reply.ETag).toBe(`"${joined}-2"`);
    const whole = Buffer.concat([big, small]);
    expect(await sha256('joined')).toBe(createHash('sha256').update(whole).digest('hex'));
    const range = await world.client.send(
      new GetObjectCommand({ Bucket, Key: 'joined', Range: `bytes=${5 * MIB - 2}-${5 * MIB + 1}` }),
    );
    expect(await range.Body?.transformToString()).toBe('aabb');
    expect(await refusal(complete(upload, [first, last]))).toEqual(['NoSuchUpload', 404]);
  });

  it.each([
    ['CRC32', undefined, 'COMPOSITE'],
    ['CRC32C', 'FULL_OBJECT', 'FULL_OBJECT'],
    ['CRC64NVME', undefined, 'FULL_OBJECT'],
    ['SHA256', undefined, 'COMPOSITE'],
  ] as const)('joins %s checksums of type %s', async (ChecksumAlgorithm, ChecksumType, type) => {
    const Key = `checked-${ChecksumAlgorithm}`;
    const options = { ChecksumAlgorithm, ...(ChecksumType ? { ChecksumType } : {}) };
    const upload = { Key, UploadId: await begin(Key, options) };
    const sendOne = async (PartNumber: number, Body: Buffer): Promise<CompletedPart> => {
      const { $metadata: _metadata, ...part } = await world.client.send(
        new UploadPartCommand({ Bucket, ...upload, PartNumber, Body, ChecksumAlgorithm }),
      );
      return { PartNumber, ...part };
    };
    const parts = [await sendOne(1, big), await sendOne(2, small)];
    const reply = await complete(upload, parts);
    expect(reply.ChecksumType).toBe(type);
    const name = `Checksum${ChecksumAlgorithm}` as const;
    const whole = await world.client.send(
      new PutObjectCommand({
        Bucket,
        Key: 'whole',
        Body: Buffer.concat([big, small]),
        ChecksumAlgorithm,
      }),
    );
    if (type === 'FULL_OBJECT') expect(reply[name]).toBe(whole[name]);
    else expect(reply[name]).toMatch(/-2$/);
  });

  it('wants the checksum of each part where the object will be a composite', async () => {
    const upload = {
      Key: 'composite',
      UploadId: await begin('composite', { ChecksumAlgorithm: 'CRC32' }),
    };
    const { ETag, PartNumber } = await send(upload, 1, small);
    const listed = [{ ETag, PartNumber }] as CompletedPart[];
    expect(await refusal(complete(upload, listed))).toEqual(['InvalidRequest', 400]);
  });

  it('wants parts with the checksum that the upload was begun with, and with none other', async () => {
    const plain = world.connect({ requestChecksumCalculation: 'WHEN_REQUIRED' });
    const attempt = async (algorithm: object, part: object): Promise<string> => {
      const begun = await plain.send(
        new CreateMultipartUploadCommand({ Bucket, Key: 'summed', ...algorithm }),
      );
      const upload = { Bucket, Key: 'summed', UploadId: begun.UploadId, PartNumber: 1 };
      const command = new UploadPartCommand({ ...upload, Body: small, ...part });
      return (await refusal(plain.send(command)))[0];
    };
    const crc32 = { ChecksumAlgorithm: 'CRC32' };
    expect(await attempt({}, {})).toBe('succeeded');
    expect(await attempt({}, crc32)).toBe('InvalidRequest');
    expect(await attempt(crc32, {})).toBe('InvalidRequest');
    expect(await attempt(crc32, crc32)).toBe('succeeded');
    expect(await attempt({ ...crc32, ChecksumType: 'FULL_OBJECT' }, {})).toBe('succeeded');
    expect(await attempt({ ChecksumAlgorithm: 'SHA256' }, crc32)).toBe('InvalidRequest');
  });

  it('refuses wrong lists of parts', async () => {
    const upload = { Key: 'wrong', UploadId: await begin('wrong') };
    const one = await send(upload, 1, small);
    const two = await send(upload, 2, small);
    expect(await refusal(complete(upload, [two, one]))).toEqual(['InvalidPartOrder', 400]);
    expect(await refusal(complete(upload, [one, one]))).toEqual(['InvalidPartOrder', 400]);
    expect(await refusal(complete(upload, [one, two]))).toEqual(['EntityTooSmall', 400]);
    expect(await refusal(complete(upload, [{ ...one, ETag: '"0"' }]))).toEqual([
      'InvalidPart',
      400,
    ]);
    expect(await refusal(complete(upload, [{ ...one, PartNumber: 3 }]))).toEqual([
      'InvalidPart',
      400,
    ]);
    expect(await refusal(complete(upload, []))).toEqual(['MalformedXML', 400]);
    expect(await refusal(send(upload, 10_001, small))).toEqual(['InvalidArgument', 400]);
    await complete(upload, [two]);
    expect(await sha256('wrong')).toBe(createHash('sha256').update(small).digest('hex'));
  });

  it('copies ranges of objects as parts', async () => {
    const Body = Buffer.concat([big, big, small]);
    await world.client.send(new PutObjectCommand({ Bucket, Key: 'source ä', Body }));
    const upload = { Key: 'composed', UploadId: await begin('composed') };
    const copy = async (PartNumber: number, CopySourceRange: string): Promise<CompletedPart> => {
      const { CopyPartResult } = await world.client.send(
        new UploadPartCopyCommand({
          Bucket,
          ...upload,
          PartNumber,
          CopySource: `${Bucket}/source%20%C3%A4`,
          CopySourceRange,
        }),
      );
      const { LastModified: _moment, ...part } = CopyPartResult!;
      return { PartNumber, ...part };
    };
    const parts = [
      await copy(1, `bytes=0-${5 * MIB - 1}`),
      await copy(2, `bytes=${10 * MIB}-${10 * MIB + 999}`),
    ];
    expect(await refusal(copy(3, `bytes=0-${Body.byteLength}`))).toEqual(['InvalidArgument', 400]);
    await complete(upload, parts);
    const whole = Buffer.concat([big, small]);
    expect(await sha256('composed')).toBe(createHash('sha256').update(whole).digest('hex'));
  });

  it('completes only where there is nothing, when it is asked to', async () => {
    const upload = { Key: 'guarded', UploadId: await begin('guarded') };
    const part = await send(upload, 1, small);
    await world.client.send(new PutObjectCommand({ Bucket, Key: 'guarded', Body: 'x' }));
    expect(await refusal(complete(upload, [part], { IfNoneMatch: '*' }))).toEqual([
      'PreconditionFailed',
      412,
    ]);
    await complete(upload, [part], { IfMatch: '"9dd4e461268c8034f5c8564e155c67a6"' });
  });

  it('lists uploads and parts in pages, and forgets aborted ones', async () => {
    const ids = [await begin('list/a'), await begin('list/a'), await begin('list/b')];
    const listed: string[] = [];
    let markers = {};
    for (;;) {
      const page = await world.client.send(
        new ListMultipartUploadsCommand({ Bucket, Prefix: 'list/', MaxUploads: 1, ...markers }),
      );
      listed.push(...(page.Uploads ?? []).map(({ UploadId }) => UploadId!));
      if (!page.IsTruncated) break;
      markers = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
    }
    expect(listed.toSorted()).toEqual(ids.toSorted());
    const upload = { Key: 'list/b', UploadId: ids[2]! };
    await send(upload, 3, small);
    await send(upload, 1, small);
    const parts = await world.client.send(new ListPartsCommand({ Bucket, ...upload, MaxParts: 1 }));
    expect(parts.Parts?.map(({ PartNumber }) => PartNumber)).toEqual([1]);
    expect(parts.NextPartNumberMarker).toBe('1');
    await world.client.send(new AbortMultipartUploadCommand({ Bucket, ...upload }));
    expect(await refusal(send(upload, 1, small))).toEqual(['NoSuchUpload', 404]);
  });
});
