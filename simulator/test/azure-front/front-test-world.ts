import {
  BlobServiceClient,
  type BlockBlobClient,
  type ContainerClient,
  ContainerSASPermissions,
  generateBlobSASQueryParameters,
  RestError,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import { expect } from 'vitest';
import { readFrontConfig } from '../../src/azure-front/config.ts';
import { type RunningFront, startFront } from '../../src/azure-front/main.ts';
import { type Azurite, startAzurite } from './azurite.ts';

const hourMs = 3_600_000;

/** Azurite behind a front, Microsoft's client, and the administrator. */
export class FrontTestWorld {
  /** Of this test. */
  container: ContainerClient;
  #containers = 0;
  readonly #front: RunningFront;
  readonly #azurite: Azurite;
  readonly #credential: StorageSharedKeyCredential;

  private constructor(azurite: Azurite, front: RunningFront) {
    this.#azurite = azurite;
    this.#front = front;
    this.#credential = new StorageSharedKeyCredential(azurite.accountName, azurite.accountKey);
    this.container = this.service().getContainerClient('things');
  }

  static async start(args: readonly string[] = []): Promise<FrontTestWorld> {
    const azurite = await startAzurite();
    const account = { AZURITE_ACCOUNTS: `${azurite.accountName}:${azurite.accountKey}` };
    const options = ['--upstream', azurite.endpoint, ...args];
    return new FrontTestWorld(azurite, await startFront(readFrontConfig(options, account)));
  }

  /** An empty container, and a meter that begins. */
  async begin(): Promise<void> {
    this.#containers += 1;
    this.container = this.service().getContainerClient(`things-${this.#containers}`);
    await this.container.create();
    await this.admin('POST', 'meter/reset');
  }

  service(): BlobServiceClient {
    return new BlobServiceClient(this.#front.ready.url, this.#credential, {
      retryOptions: { maxTries: 1 },
    });
  }

  /** With a signature that allows these. */
  signed(permissions: string): ContainerClient {
    const values = {
      containerName: this.container.containerName,
      permissions: ContainerSASPermissions.parse(permissions),
      expiresOn: new Date(Date.now() + hourMs),
    };
    const signature = generateBlobSASQueryParameters(values, this.#credential);
    return new BlobServiceClient(`${this.#front.ready.url}?${signature}`, undefined, {
      retryOptions: { maxTries: 1 },
    }).getContainerClient(this.container.containerName);
  }

  blob(name: string): BlockBlobClient {
    return this.container.getBlockBlobClient(name);
  }

  async put(name: string, text: string, tier = 'Hot'): Promise<BlockBlobClient> {
    const blob = this.blob(name);
    await blob.upload(text, Buffer.byteLength(text), { tier });
    return blob;
  }

  /** As Firn and others begin a copy; it is not waited for. */
  async copy(from: BlockBlobClient, to: BlockBlobClient, rehydratePriority?: 'High' | 'Standard') {
    const options = { tier: 'Hot', ...(rehydratePriority && { rehydratePriority }) };
    return (await to.beginCopyFromURL(from.url, options)).getOperationState();
  }

  async admin<T = unknown>(method: string, path: string, body?: unknown): Promise<T> {
    const { adminUrl, adminToken } = this.#front.ready;
    const reply = await fetch(`${adminUrl}/${path}`, {
      method,
      headers: { authorization: `Bearer ${adminToken}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    expect(reply.status).toBe(200);
    return (await reply.json()) as T;
  }

  async advance(hours: number): Promise<void> {
    await this.admin('POST', 'clock', { advanceMs: hours * hourMs });
  }

  async close(): Promise<void> {
    await this.#front.close();
    await this.#azurite.stop();
  }
}

/** The code and status of the refusal that a promise ends in. */
export async function refusal(promise: Promise<unknown>): Promise<[string, number | undefined]> {
  try {
    await promise;
  } catch (error) {
    if (!(error instanceof RestError)) throw error;
    return [error.response?.headers.get('x-ms-error-code') ?? error.code ?? '', error.statusCode];
  }
  return ['succeeded', 200];
}

export async function textOf(blob: BlockBlobClient): Promise<string> {
  return (await blob.downloadToBuffer()).toString();
}
