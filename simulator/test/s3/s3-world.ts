import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client, type S3ClientConfig, S3ServiceException } from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { readS3Config } from '../../src/s3/config.ts';
import { type RunningS3, startS3 } from '../../src/s3/main.ts';

/** A server on a free port, its client of AWS, and its administrator. */
export class S3TestWorld {
  readonly server: RunningS3;
  readonly folder: string;
  readonly client: S3Client;
  readonly #clients: S3Client[] = [];

  private constructor(server: RunningS3, folder: string) {
    this.server = server;
    this.folder = folder;
    this.client = this.connect();
  }

  static async start(args: readonly string[] = []): Promise<S3TestWorld> {
    const folder = await mkdtemp(join(tmpdir(), 's3-test-'));
    const options = ['--data', folder, '--bodies', 'memory', '--bucket', 'bucket-one', ...args];
    return new S3TestWorld(await startS3(readS3Config(options)), folder);
  }

  connect(config: S3ClientConfig = {}): S3Client {
    const { url, region, accessKeyId, secretAccessKey } = this.server.ready;
    const client = new S3Client({
      endpoint: url,
      region,
      forcePathStyle: true,
      credentials: { accessKeyId, secretAccessKey },
      maxAttempts: 1,
      ...config,
    });
    this.#clients.push(client);
    return client;
  }

  async admin(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.server.ready.url}/_admin/${path}`, {
      method,
      headers: { authorization: `Bearer ${this.server.ready.adminToken}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    expect(response.status).toBe(200);
    return response.json();
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.destroy();
    await this.server.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** The code and status of the refusal that a promise ends in. */
export async function refusal(promise: Promise<unknown>): Promise<[string, number | undefined]> {
  try {
    await promise;
  } catch (error) {
    if (!(error instanceof S3ServiceException)) throw error;
    return [error.name, error.$metadata.httpStatusCode];
  }
  return ['succeeded', 200];
}
