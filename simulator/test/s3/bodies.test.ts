import { readdir, readFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { join } from 'node:path';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterEach, describe, expect, it } from 'vitest';
import { S3TestWorld } from './s3-world.ts';

const Bucket = 'bucket-one';
let world: S3TestWorld;

afterEach(() => world.close());

const bytes = Buffer.alloc(3_000_000, 'abc');

function put(Key: string) {
  return world.client.send(new PutObjectCommand({ Bucket, Key, Body: bytes }));
}

async function read(client: S3Client, Key: string): Promise<Uint8Array> {
  const got = await client.send(new GetObjectCommand({ Bucket, Key }));
  return got.Body!.transformToByteArray();
}

describe('bodies', () => {
  it('on disk are files while their object is there', async () => {
    world = await S3TestWorld.start(['--bodies', 'disk']);
    const files = async () => {
      const folder = (await readdir(world.folder)).find((name) => name.startsWith('s3-bodies-'))!;
      return (await readdir(join(world.folder, folder))).length;
    };
    await put('a');
    await put('a');
    expect(await files()).toBe(1);
    expect(bytes.equals(await read(world.client, 'a'))).toBe(true);
    await world.client.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    expect(await files()).toBe(0);
  });

  it('that are read while they are deleted are read to their end', async () => {
    world = await S3TestWorld.start(['--bodies', 'memory']);
    await put('a');
    const got = await world.client.send(new GetObjectCommand({ Bucket, Key: 'a' }));
    await world.client.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    expect(bytes.equals(await got.Body!.transformToByteArray())).toBe(true);
  });

  it('that are discarded keep their length and ETag', async () => {
    world = await S3TestWorld.start(['--bodies', 'discard']);
    const { ETag } = await put('a');
    // a client that compares checksums finds out
    const trusting = world.connect({ responseChecksumValidation: 'WHEN_REQUIRED' });
    expect(await read(trusting, 'a')).toEqual(new Uint8Array(bytes.byteLength));
    const { Contents } = await world.client.send(new ListObjectsV2Command({ Bucket }));
    expect(Contents).toMatchObject([{ ETag, Size: bytes.byteLength }]);
  });
});

describe('TLS', () => {
  it('has a certificate of an authority of its own', async () => {
    world = await S3TestWorld.start(['--tls', '--region', 'eu-central-1']);
    const ca = await readFile(world.server.ready.caFile, 'utf8');
    const client = world.connect({ requestHandler: { httpsAgent: new Agent({ ca }) } });
    await client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: bytes }));
    expect(bytes.equals(await read(client, 'a'))).toBe(true);
  });
});
